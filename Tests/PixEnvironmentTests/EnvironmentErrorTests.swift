import Testing

@testable import PixEnvironment

@Suite struct EnvironmentErrorTests {
  @Test func everyErrorIsOneLineThatSaysWhatToDo() {
    let module = InstalledModule(
      version: "0.0.9", path: "/env/lib", removal: "/env/bin/python -m pip uninstall pixcrawler")
    let texts: [(EnvironmentError, String)] = [
      (
        .notAnEnvironment(python: "/usr/bin/python3", prefix: "/usr"),
        "/usr is no environment of your own and stays as it is; make one with /usr/bin/python3 -m venv .venv"
      ),
      (
        .occupied(module),
        "pixcrawler 0.0.9 in /env/lib stays as it is; to remove it: /env/bin/python -m pip uninstall pixcrawler"
      ),
      (.unwritable(path: "/env/lib", reason: "Permission denied"), "/env/lib cannot be changed: Permission denied"),
      (
        .noKernelSupport(python: "/env/bin/python", installation: "/env/bin/python -m pip install ipykernel"),
        "/env/bin/python has no ipykernel, which a notebook speaks to; install it: "
          + "/env/bin/python -m pip install ipykernel"
      ),
      (.noKernel("/k"), "there is no kernel in /k; jupyter kernelspec list shows those that are there"),
      (.otherKernel("/k"), "/k is not a kernel of pixcrawler and stays as it is; choose another with --name"),
    ]
    for (error, text) in texts { #expect(error.description == text) }
  }
}
