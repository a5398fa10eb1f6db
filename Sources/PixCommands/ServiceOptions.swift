import ArgumentParser
import PixStream

/// How the service is reached; shared by the commands that read datasets.
struct ServiceOptions: ParsableArguments {
  @Option(
    help: "The service's key. Default: PIXCRAWLER_API_KEY, then PIXCRAWLER_SERVICE_KEY from the environment.")
  var apiKey: String?

  @Option(help: "The service's address.")
  var baseURL = DatasetConfiguration.defaultBaseURL

  @Option(help: "Seconds a transfer may stay silent.")
  var timeout = 300.0

  @Flag(help: "Accept https certificates that cannot be verified.")
  var insecure = false

  /// Whether an address was given, and not left to the default.
  var namesBaseURL: Bool { baseURL != DatasetConfiguration.defaultBaseURL }

  func configuration(of source: String) -> DatasetConfiguration {
    DatasetConfiguration(
      source: source, apiKey: apiKey ?? DatasetConfiguration.keyFromEnvironment, baseURL: baseURL,
      timeout: timeout,
      verifiesTLS: !insecure)
  }
}
