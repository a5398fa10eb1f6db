import Testing

@testable import PixEnvironment

@Suite struct JupyterFolderTests {
  @Test func theUsersFolderIsTheOneThatJupyterTakes() {
    let all = ["JUPYTER_DATA_DIR": "/data", "XDG_DATA_HOME": "/xdg", "HOME": "/home/a"]
    func folder(without names: String...) -> JupyterFolder {
      JupyterFolder(environment: all.filter { !names.contains($0.key) })
    }
    #expect(folder().path == "/data")
    #expect(folder(without: "JUPYTER_DATA_DIR").path == "/xdg/jupyter")
    #expect(folder(without: "JUPYTER_DATA_DIR", "XDG_DATA_HOME").path == "/home/a/.local/share/jupyter")
  }

  @Test func anEmptyVariableSaysNothing() {
    let folder = JupyterFolder(environment: ["JUPYTER_DATA_DIR": "", "XDG_DATA_HOME": "", "HOME": "/home/a"])
    #expect(folder.path == "/home/a/.local/share/jupyter")
  }

  @Test func whatIsNotJupytersStays() {
    #expect(JupyterFolder(prefix: "/env").base == "/env")
    #expect(JupyterFolder(prefix: "/env").path == "/env/share/jupyter")
    #expect(JupyterFolder(environment: ["JUPYTER_DATA_DIR": "/data"]).base == "/data")
    #expect(JupyterFolder(environment: ["HOME": "/home/a"]).base == "/home/a/.local/share")
  }
}
