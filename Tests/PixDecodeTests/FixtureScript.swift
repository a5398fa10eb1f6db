import Foundation
import Synchronization

/// The repository's Python scripts that make fixtures, run by the system's Python, and folders for what they make.
enum FixtureScript {
  struct Failure: Error {
    let command: String
    let status: Int32
  }

  static func run(_ script: String, _ arguments: [String]) throws {
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    python.arguments = ["-W", "ignore", repository.appendingPathComponent(script).path] + arguments
    try python.run()
    python.waitUntilExit()
    guard python.terminationStatus == 0 else {
      throw Failure(
        command: ([script] + arguments).joined(separator: " "), status: python.terminationStatus)
    }
  }

  /// A fresh folder that is removed when the tests exit.
  static func temporaryFolder(_ name: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    foldersToRemove.withLock { folders in
      if folders.isEmpty {
        atexit {
          for folder in FixtureScript.foldersToRemove.withLock({ $0 }) {
            try? FileManager.default.removeItem(at: folder)
          }
        }
      }
      folders.append(folder)
    }
    return folder
  }

  private static let foldersToRemove = Mutex([URL]())
  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
