import ArgumentParser
import PixEnvironment
import PixLaunch

/// The environment that a command is about.
struct EnvironmentArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A virtual environment's folder or an interpreter. Default: the one that scripts run in.", valueName: "venv"))
  var folder: String?

  /// Prints what `change` says. A link that cannot be changed ends with 1.
  func changeLink(_ change: (PackageLink) throws(EnvironmentError) -> String) throws {
    let link: PackageLink
    do throws(LaunchError) {
      let environment = try PythonEnvironment(of: Launch.choice(folder))
      link = PackageLink(environment, packageFolder: Installation.current.packageFolder)
    } catch {
      if case .unusable(.option, let named) = error {
        Failure.tell("\(named) is neither an interpreter nor a virtual environment with one")
      } else {
        Failure.tell("\(error)")
      }
      throw ExitCode(error.exitStatus)
    }
    do throws(EnvironmentError) {
      print(try change(link))
    } catch {
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
  }
}
