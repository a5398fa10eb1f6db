import ArgumentParser
import PixStream

/// Exit codes that mean something: 1 anything else, 2 not found or not complete, 3 not allowed, 4 network, 5 data.
enum ExitStatus {
  static func of(_ error: DatasetError) -> ExitCode {
    switch ErrorReport(error).kind {
    case .memory, .general: ExitCode(1)
    case .notFound, .jobNotComplete: ExitCode(2)
    case .authentication: ExitCode(3)
    case .network, .download: ExitCode(4)
    case .decompression: ExitCode(5)
    }
  }
}
