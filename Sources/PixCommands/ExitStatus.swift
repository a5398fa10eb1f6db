import ArgumentParser
import PixExport
import PixStream

/// Exit codes that mean something: see README.
enum ExitStatus {
  /// Finished, but for some images.
  static let someMissing = ExitCode(3)
  static let damaged = ExitCode(8)

  static func of(_ error: DatasetError) -> ExitCode {
    switch ErrorReport(error).kind {
    case .memory, .general: ExitCode(1)
    case .authentication: ExitCode(4)
    case .notFound: ExitCode(5)
    case .jobNotComplete: ExitCode(6)
    case .network, .download: ExitCode(7)
    case .decompression: damaged
    }
  }

  static func of(_ error: ExportError) -> ExitCode {
    switch error {
    case .dataset(let error): of(error)
    case .nothing(_, .dataset(let error)): of(error)
    case .nothing, .spoiled, .record: damaged
    case .subsetOfArchives, .noSuchLabel: ExitCode(2)
    default: ExitCode(1)
    }
  }
}
