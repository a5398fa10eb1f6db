import Glibc
import Testing

@testable import PixRemote

@Suite struct MemoryFileTests {
  private func append(_ bytes: [UInt8], to file: MemoryFile) throws {
    try bytes.withUnsafeBytes { bytes throws in try file.append(bytes) }
  }

  @Test func whatIsAppendedCanBeReadAsAFile() throws {
    let file = try MemoryFile()
    let data = pattern(1_000_000)
    try append([], to: file)
    try append(Array(data[..<10]), to: file)
    try append(Array(data[10...]), to: file)
    try withLoop { loop throws in
      let policy = ConnectionPolicy.quick()
      #expect(try loop.bytes(TransferRequest(file.resource, policy: policy)) == data)
      let part = TransferRequest(file.resource, range: 5..<15, policy: policy)
      #expect(try loop.bytes(part) == Array(data[5..<15]))
    }
  }

  @Test func readingDoesNotMoveTheEnd() throws {
    let file = try MemoryFile()
    try withLoop { loop throws in
      for count in 1...3 {
        try append([UInt8(count)], to: file)
        let bytes = try loop.bytes(TransferRequest(file.resource, policy: .quick()))
        #expect(bytes == Array(1...UInt8(count)))
      }
    }
  }

  @Test func theMemoryGoesWithIt() throws {
    var path = ""
    do {
      let file = try MemoryFile()
      guard case .file(let place) = file.resource else { return #expect(Bool(false)) }
      path = place
      #expect(readlink(path).contains("memfd:pixcrawler"))
      _ = file.resource
    }
    #expect(!readlink(path).contains("memfd:pixcrawler"))
  }

  private func readlink(_ path: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = buffer.withUnsafeMutableBytes {
      Glibc.readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
