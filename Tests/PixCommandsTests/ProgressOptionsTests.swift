import ArgumentParser
import Testing

@testable import PixCommands

@Suite struct ProgressOptionsTests {
  @Test(arguments: [
    ([], ProgressMode.auto), (["--progress", "json"], .json), (["--no-progress"], .none),
    (["--progress", "bar", "--no-progress"], .none), (["--progress=plain"], .plain),
  ])
  func whatIsMeant(_ words: [String], _ mode: ProgressMode) throws {
    #expect(try ProgressOptions.parse(words).mode == mode)
  }

  @Test func aWordThatIsNoneIsRefused() {
    #expect(throws: (any Error).self) { try ProgressOptions.parse(["--progress", "fancy"]) }
  }
}
