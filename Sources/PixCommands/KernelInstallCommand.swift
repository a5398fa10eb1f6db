import ArgumentParser
import PixEnvironment
import PixLaunch
import PixRemote
import PixVersion

struct KernelInstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Let notebooks run your Python with pixcrawler in it.",
    discussion: """
      The Python is chosen as for pixcrawler run, and needs ipykernel. Installing again replaces the kernel; one of \
      that name that is not ours stays as it is.

      Examples:
        pixcrawler kernel install
        pixcrawler kernel install --python ~/envs/torch --name torch
        pixcrawler kernel install --prefix ~/envs/lab
      """)

  @OptionGroup var place: KernelPlace

  @Option(help: ArgumentHelp("The name in menus. Default: Python 3.x (pixcrawler).", valueName: "text"))
  var displayName: String?

  @OptionGroup var python: PythonOption

  func run() throws {
    let chosen: KernelPython
    do throws(LaunchError) {
      chosen = try KernelPython(Launch.choice(python.named))
    } catch {
      Failure.tell("\(error)")
      throw ExitCode(error.exitStatus)
    }
    do throws(EnvironmentError) {
      let kernel = try chosen.kernel(
        program: Installation.current.program, displayName: displayName, version: PixCrawlerVersion.text)
      try place.folder.install(kernel)
      tell(kernel, chosen)
    } catch {
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
  }

  private func tell(_ kernel: KernelSpec, _ chosen: KernelPython) {
    print("Installed the kernel “\(kernel.displayName)” in \(place.folder.path)")
    print("It runs \(chosen.interpreter.python)")
    guard Terminal.showsOutput else { return }
    // Jupyter looks into its user's folder and into that of the environment that it runs in.
    let isFound = place.prefix == nil || place.prefix == chosen.prefix
    let path = isFound ? "" : "JUPYTER_PATH=\(ShellWord(place.jupyter.path)) "
    print("Next: \(path)jupyter lab   or, to undo it, pixcrawler kernel remove\(place.words)")
  }
}
