import FoundationEssentials

/// What Jupyter needs to know of a kernel: how it is started, and how it is called in menus.
public struct KernelSpec: Equatable, Sendable {
  public var arguments: [String]
  public var displayName: String
  /// The version that wrote it; that there is one tells a kernel of ours from others.
  public var version: String

  /// ipykernel under `pixcrawler run`, in that Python.
  public init(program: String, python: String, displayName: String, version: String) {
    arguments = [
      program, "run", "--python", python, "-m", "ipykernel_launcher", "-f", "{connection_file}",
    ]
    self.displayName = displayName
    self.version = version
  }

  /// The text of `kernel.json`.
  public var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = File(
      argv: arguments, displayName: displayName, language: "python", interruptMode: "signal",
      metadata: File.Metadata(debugger: true, pixcrawler: File.Ours(version: version)))
    // Strings and a flag always have a JSON form.
    return Array((try? encoder.encode(file)) ?? Data()) + [UInt8(ascii: "\n")]
  }

  /// Nil for a text that is no kernel of ours.
  init?(json: [UInt8]) {
    guard let file = try? JSONDecoder().decode(File.self, from: Data(json)) else { return nil }
    arguments = file.argv
    displayName = file.displayName
    version = file.metadata.pixcrawler.version
  }

  private struct File: Codable {
    var argv: [String]
    var displayName: String
    var language: String
    var interruptMode: String
    var metadata: Metadata

    enum CodingKeys: String, CodingKey {
      case argv, language, metadata
      case displayName = "display_name"
      case interruptMode = "interrupt_mode"
    }

    struct Metadata: Codable {
      /// ipykernel understands a front end's debugger.
      var debugger: Bool
      var pixcrawler: Ours
    }

    struct Ours: Codable { var version: String }
  }
}
