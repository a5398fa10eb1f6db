import Testing

@testable import PixEnvironment

@Suite struct KernelNameTests {
  @Test func namesThatJupyterFinds() {
    for name in ["pixcrawler", "torch-2.13", "my_kernel"] { #expect(KernelName(name)?.description == name) }
    #expect(KernelName("Torch")?.description == "torch")
    #expect(KernelName("pixcrawler") == .standard)
  }

  @Test func namesThatAreNoFolderOfTheirOwn() {
    for name in ["", ".", "..", ".hidden", "a/b", "../a", "a b", "bänd", "a\0", "a\n"] {
      #expect(KernelName(name) == nil)
    }
  }
}
