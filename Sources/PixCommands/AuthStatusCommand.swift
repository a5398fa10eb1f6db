import ArgumentParser
import PixLaunch
import PixRemote
import PixStream

struct AuthStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show where the service's key comes from, and its last letters.",
    discussion: """
      The first of these that has a key counts: --api-key, PIXCRAWLER_API_KEY, PIXCRAWLER_SERVICE_KEY, the file of \
      pixcrawler login. The exit status is 0 where there is a key, 4 where there is none, or where --check finds that \
      the service refuses it. Without --check the service is not asked.

      Examples:
        pixcrawler auth status
        pixcrawler auth status --check
        pixcrawler auth status --json
      """)

  @Flag(help: "Ask the service whether it takes the key.")
  var check = false

  @Flag(help: "Print one JSON object: service, source, hint, file, problem, accepted.")
  var json = false

  @OptionGroup var service: ServiceOptions

  func run() throws {
    let search = service.keySearch
    let refusal = check && search.key != nil ? refusal(search) : nil
    let status = AuthStatus(search, isChecked: check && search.key != nil, refusal: refusal)
    print(json ? JSONText(status).text : status.text)
    if let refusal {
      if !json { Failure.tell(ErrorReport(refusal, for: .commandLine).message) }
      throw ExitStatus.of(refusal)
    }
    if search.key == nil { throw ExitStatus.authentication }
  }

  private func refusal(_ search: KeySearch) -> DatasetError? {
    do throws(DatasetError) {
      try Dataset.list(service.configuration(of: ""), keepWaiting: { true }, page: { _ in false })
      return nil
    } catch { return error }
  }
}
