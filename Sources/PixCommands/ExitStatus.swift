import ArgumentParser
import PixExport
import PixStream

/// Exit codes that mean something: 0 fine, 1 anything else, 2 usage, 3 finished with some images missing,
/// 4 authentication, 5 not found, 6 job not complete, 7 network, 8 damaged data.
enum ExitStatus {
  static let other = ExitCode(1)
  static let usage = ExitCode(2)
  static let incomplete = ExitCode(3)
  static let authentication = ExitCode(4)
  static let damaged = ExitCode(8)

  static func of(_ error: DatasetError) -> ExitCode {
    switch (error, ErrorReport(error).kind) {
    case (.short, _): damaged
    case (.remote(.file), _): other
    case (.download(_, let error), _): of(.remote(error))
    case (_, .memory), (_, .general): other
    case (_, .authentication): authentication
    case (_, .notFound): ExitCode(5)
    case (_, .jobNotComplete): ExitCode(6)
    case (_, .network), (_, .download): ExitCode(7)
    case (_, .decompression): damaged
    }
  }

  static func of(_ error: ExportError) -> ExitCode {
    switch error {
    case .dataset(let error), .nothing(_, .dataset(let error)): of(error)
    case .nothing, .spoiled, .record: damaged
    case .subsetOfArchives, .noSuchLabel: usage
    default: other
    }
  }
}
