import ArgumentParser
import PixLaunch
import PixRemote
import PixStream

/// Whose key is stored, and where.
struct LoginPlace: ParsableArguments {
  @Option(help: ArgumentHelp("The service's address.", valueName: "url"))
  var baseURL = DatasetConfiguration.defaultBaseURL

  func validate() throws { try ServiceOptions.check(baseURL) }

  var service: ServiceAddress { get throws { try ServiceAddress(baseURL) } }

  /// Prints what `change` says. A file that cannot be changed ends with 1.
  func change(_ change: (CredentialsFile) throws(CredentialsError) -> String) throws {
    do throws(CredentialsError) {
      print(try change(CredentialsFile(environment: ProcessEnvironment.current)))
    } catch {
      Failure.tell("\(error)")
      throw ExitStatus.other
    }
  }
}
