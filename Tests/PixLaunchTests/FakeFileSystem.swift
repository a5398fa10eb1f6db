@testable import PixLaunch

/// Files that exist nowhere else: programs, links to them, and texts.
struct FakeFileSystem: FileSystem {
  var programs: Set<String> = []
  var folders: Set<String> = []
  var links: [String: String] = [:]
  var texts: [String: String] = [:]
  var libraries: Set<String> = []
  var contents: [String: [String]] = [:]

  func isExecutable(_ path: String) -> Bool { programs.contains(resolved(path)) }
  func isFolder(_ path: String) -> Bool { folders.contains(path) }
  func isReadable(_ path: String) -> Bool { libraries.contains(path) || texts[path] != nil }
  func resolved(_ path: String) -> String { links[path].map(resolved) ?? path }
  func beginning(of path: String) -> String? { texts[path] }
  func names(in folder: String) -> [String] { contents[folder] ?? [] }
}
