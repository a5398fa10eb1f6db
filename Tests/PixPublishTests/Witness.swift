import Foundation

/// Python's standard library as a second opinion.
enum Witness {
  struct Failure: Error { var text: String }

  static func python(_ code: String, _ arguments: String...) throws -> String {
    let process = Process()
    let out = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", code] + arguments
    process.standardOutput = out
    process.standardError = errors
    try process.run()
    let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(text: complaint) }
    return text
  }

  /// The same while other tasks go on: a server in this process answers what the code asks.
  static func pythonAside(_ code: String, _ argument: String) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try python(code, argument) }) }
    }
  }
}
