/// Where Jupyter keeps what was given to it: its data folder, of one user or of one installation.
public struct JupyterFolder: Equatable, Sendable {
  public let path: String
  /// What is not Jupyter's own: it stays when everything below is gone.
  let base: String

  /// That of an installation or environment, for all its users.
  public init(prefix: String) {
    base = prefix
    path = "\(prefix)/share/jupyter"
  }

  /// This user's.
  public init(environment: [String: String]) {
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let folder = variable("JUPYTER_DATA_DIR") {
      base = folder
      path = folder
    } else {
      base = variable("XDG_DATA_HOME") ?? "\(variable("HOME") ?? "")/.local/share"
      path = "\(base)/jupyter"
    }
  }
}
