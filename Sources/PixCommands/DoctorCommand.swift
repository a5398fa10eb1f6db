import ArgumentParser
import PixEnvironment
import PixLaunch
import PixRemote
import PixStream

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show which Python scripts run under, what they find there, and what is missing.",
    discussion: """
      Runs a few lines of Python as a script would run. The exit status is 0 where scripts can import pixcrawler, 1 \
      where they cannot, 2 where the Python that was named does not start. The key for the service is never shown, \
      only where it comes from.

      Examples:
        pixcrawler doctor
        pixcrawler doctor --python ~/envs/torch
        pixcrawler doctor --json
      """)

  @OptionGroup var python: PythonOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let variables = ProcessEnvironment.current
    let diagnosis: Diagnosis
    do throws(LaunchError) {
      diagnosis = try Diagnosis(Launch.choice(python.named), installation: .current, variables: variables)
    } catch {
      if json { print(DiagnosisReport(error).text) } else { Failure.tell("\(error)") }
      throw ExitCode(error.exitStatus)
    }
    let folders = Folders(environment: variables)
    let key = KeySearch(baseURL: DatasetConfiguration.defaultBaseURL)
    print(
      json
        ? DiagnosisReport(diagnosis, key: key, folders: folders).text
        : DiagnosisCard(diagnosis, key: key, folders: folders).text)
    if !diagnosis.isHealthy { throw ExitCode.failure }
  }
}
