import Foundation
import Testing

@testable import PixEnvironment

@Suite struct PackageLinkTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["here", "there"] { try folder.write("", to: "\(name)/lib/pixcrawler/python/pixcrawler/__init__.pyi") }
    try folder.write("", to: "site/readme")
  }

  private func link(_ home: String = "here", _ facts: [String: String] = [:]) throws -> PackageLink {
    let environment = try #require(
      PythonEnvironmentTests.environment(facts.merging(["packages": "\(folder.path)/site"]) { one, _ in one }))
    return PackageLink(environment, packageFolder: "\(folder.path)/\(home)/lib/pixcrawler/python")
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/site").sorted() }
  }

  @Test func itIsMadeOnceAndRemovedOnce() throws {
    let link = try link()
    #expect(link.state == .absent)
    #expect(try link.make() == .made)
    #expect(link.state == .ours)
    #expect(try link.make() == .none)
    #expect(try String(contentsOfFile: link.file, encoding: .utf8).hasSuffix("\n\(link.packageFolder)\n"))
    let mode = try FileManager.default.attributesOfItem(atPath: link.file)[.posixPermissions] as? Int
    #expect(mode.map { $0 & 0o444 } == 0o444)
    #expect(try names == ["pixcrawler.pth", "readme"])
    #expect(try link.remove() == .removed)
    #expect(try link.remove() == .none)
    #expect(try names == ["readme"])
  }

  @Test func whatOthersPutThereStays() throws {
    let package = "\(folder.path)/site/pixcrawler"
    try folder.write("", to: "site/pixcrawler/__init__.py")
    let other = InstalledModule(path: package, removal: "rm -r \(package)")
    #expect(try link().state == .occupied(other))
    #expect(throws: EnvironmentError.occupied(other)) { try link().make() }
    #expect(try link().remove() == .none)
    #expect(try names == ["pixcrawler", "readme"])
  }

  @Test func whatPipInstalledStays() throws {
    let facts = ["installed.version": "0.0.9", "installed.folder": "/elsewhere"]
    let error = EnvironmentError.occupied(try #require(PythonEnvironmentTests.environment(facts)?.installed))
    #expect(throws: error) { try link("here", facts).make() }
    #expect(try names == ["readme"])
  }

  @Test func ourOwnGoesEvenBesideAnother() throws {
    _ = try link().make()
    try folder.write("", to: "site/pixcrawler/__init__.py")
    #expect(try link().remove() == .removed)
  }

  @Test func anothersLinkStays() throws {
    _ = try link("there").make()
    let other = InstalledModule(path: try link("there").packageFolder, removal: "rm \(try link().file)")
    #expect(throws: EnvironmentError.occupied(other)) { try link().make() }
    #expect(throws: EnvironmentError.occupied(other)) { try link().remove() }
    try folder.write("/somewhere\n", to: "site/pixcrawler.pth")
    #expect(throws: EnvironmentError.self) { try link().remove() }
  }

  @Test(arguments: [true, false])
  func aLinkThatLeadsNowhereIsOurs(makes: Bool) throws {
    _ = try link("there").make()
    try FileManager.default.removeItem(atPath: "\(folder.path)/there")
    #expect(try link().state == .stale)
    if makes {
      #expect(try link().make() == .made)
      #expect(try link().state == .ours)
    } else {
      #expect(try link().remove() == .removed)
      #expect(try names == ["readme"])
    }
  }

  @Test(arguments: [["base": "/env"], ["base": "/env", "conda": "yes", "managed": "yes"]])
  func noSystemsPythonIsTouched(facts: [String: String]) throws {
    #expect(throws: EnvironmentError.notAnEnvironment(python: "/env/bin/python", prefix: "/env")) {
      try link("here", facts).make()
    }
    #expect(try names == ["readme"])
  }

  @Test func aFolderThatCannotBeWrittenSaysWhy() throws {
    let error = EnvironmentError.unwritable(path: "\(folder.path)/none", reason: "No such file or directory")
    #expect(throws: error) { try link("here", ["packages": "\(folder.path)/none"]).make() }
  }
}
