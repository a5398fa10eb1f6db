import ArgumentParser
import PixRemote
import PixStream

/// How the service is reached; shared by the commands that read datasets.
struct ServiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The service's key; - reads it from standard input. Default: \(KeySearch.variables[0]), then "
        + "\(KeySearch.variables[1]), then what pixcrawler login stored.", valueName: "key"))
  var apiKey: String?

  @Option(help: ArgumentHelp("The service's address.", valueName: "url"))
  var baseURL = DatasetConfiguration.defaultBaseURL

  @Option(help: ArgumentHelp("Seconds a transfer may stay silent.", valueName: "seconds"))
  var timeout = 300.0

  @Flag(help: "Accept https certificates that cannot be verified.")
  var insecure = false

  /// Whether an address was given, and not left to the default.
  private var namesBaseURL: Bool { baseURL != DatasetConfiguration.defaultBaseURL }

  @Flag(help: "Show every request on standard error.")
  var verbose = false

  func validate() throws {
    guard timeout > 0, timeout <= 1e6 else {
      throw ValidationError("--timeout must be seconds above 0, up to 1000000")
    }
    try ServiceOptions.check(baseURL)
  }

  static func check(_ baseURL: String) throws {
    do throws(RemoteError) { _ = try ServiceAddress(baseURL) } catch {
      if case .source(let reason) = error { throw ValidationError(reason) }
    }
  }

  /// The key and where it comes from. Standard input is read for it at most once.
  var keySearch: KeySearch { keySearch(at: baseURL) }

  private func keySearch(at baseURL: String) -> KeySearch {
    let given = KeyArgument.value(apiKey, instead: "pixcrawler login or \(KeySearch.variables[0])")
    return KeySearch(given: given, baseURL: baseURL)
  }

  /// A dataset as these options reach it; a listing has no source. From here on --verbose shows requests.
  ///
  /// - Parameter usual: the service's address where none was given.
  func configuration(of source: String, at usual: String? = nil) -> DatasetConfiguration {
    let baseURL = namesBaseURL ? baseURL : usual ?? baseURL
    // A prompt for it comes before there are threads, which signals could go to.
    let keySearch = keySearch(at: baseURL)
    if verbose {
      // A bar may stand on the line; it is drawn again.
      let clearing = Terminal.hasCursor ? "\r\u{1B}[K" : ""
      Dataset.observeRequests { Notice.tell("\(clearing)\($0)") }
    }
    return DatasetConfiguration(
      source: source, keySearch: keySearch, baseURL: baseURL, timeout: timeout, verifiesTLS: !insecure)
  }
}
