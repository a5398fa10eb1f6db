import Foundation
import Testing

@testable import PixEnvironment

@Suite struct KernelFolderTests {
  private let prefix: TemporaryFolder
  private let spec = KernelSpec(program: "/p", python: "/py", displayName: "One", version: "1")

  init() throws { prefix = try TemporaryFolder() }

  private var folder: KernelFolder { KernelFolder(.standard, in: JupyterFolder(prefix: prefix.path)) }
  private var file: String { "\(folder.path)/kernel.json" }

  private func installed() throws -> KernelSpec? {
    KernelSpec(json: Array(try Data(contentsOf: URL(fileURLWithPath: file))))
  }

  @Test func installedThenReplacedThenRemoved() throws {
    try folder.install(spec)
    #expect(folder.path == "\(prefix.path)/share/jupyter/kernels/pixcrawler")
    #expect(try installed() == spec)
    var second = spec
    second.displayName = "Two"
    try folder.install(second)
    #expect(try installed() == second)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["kernel.json"])
    #expect(try folder.remove())
    #expect(try FileManager.default.contentsOfDirectory(atPath: prefix.path).isEmpty)
    #expect(try !folder.remove())
  }

  @Test func anothersKernelStays() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let text = Data("{\"argv\": [], \"display_name\": \"Theirs\", \"language\": \"python\"}".utf8)
    try text.write(to: URL(fileURLWithPath: file))
    #expect(throws: EnvironmentError.otherKernel(folder.path)) { try folder.install(spec) }
    #expect(throws: EnvironmentError.otherKernel(folder.path)) { try folder.remove() }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == text)
  }

  @Test func aLinkIsNotFollowed() throws {
    try folder.install(spec)
    let link = KernelFolder(try #require(KernelName("link")), in: JupyterFolder(prefix: prefix.path))
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: folder.path)
    #expect(throws: EnvironmentError.otherKernel(link.path)) { try link.remove() }
    #expect(throws: EnvironmentError.otherKernel(link.path)) { try link.install(spec) }
    #expect(try installed() == spec)
  }

  @Test func whatAUserPutBesideItStays() throws {
    try folder.install(spec)
    let logo = "\(folder.path)/logo-64x64.png"
    try Data([1]).write(to: URL(fileURLWithPath: logo))
    #expect(try folder.remove())
    #expect(FileManager.default.fileExists(atPath: logo))
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    try Data().write(to: URL(fileURLWithPath: "\(prefix.path)/share"))
    #expect {
      try folder.install(spec)
    } throws: { error in
      "\(error)".contains(folder.path) && !"\(error)".contains("Success")
    }
  }
}
