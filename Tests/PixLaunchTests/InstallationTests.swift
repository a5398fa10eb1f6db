import Testing

@testable import PixLaunch

@Suite struct InstallationTests {
  @Test func everythingLiesBesideTheProgram() {
    for (program, prefix) in [("/opt/pix/bin/pixcrawler", "/opt/pix"), ("/bin/pixcrawler", "")] {
      for home in [nil, ""] {
        let installation = Installation(program: program, home: home)
        #expect(installation.packageFolder == "\(prefix)/lib/pixcrawler/python")
        #expect(installation.commands == "\(prefix)/lib/pixcrawler/commands")
        #expect(installation.program == "\(prefix)/bin/pixcrawler")
        #expect(Installation(program: installation.commands, home: home) == Installation(program: program, home: nil))
      }
    }
  }

  @Test func anotherHomeHasThePackageOnly() {
    let installation = Installation(program: "/x/bin/pixcrawler", home: "/home/b")
    #expect(installation.packageFolder == "/home/b/lib/pixcrawler/python")
    #expect(installation.commands == "/x/lib/pixcrawler/commands")
  }
}
