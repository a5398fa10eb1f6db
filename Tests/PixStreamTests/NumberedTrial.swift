import PixDecode
import PixThreads

@testable import PixStream

/// What the tests of reading by number share.
protocol NumberedTrial {}

extension NumberedTrial {
  func open(
    _ source: String, maxWorkers: Int = 4, memoryLimit: Int = 256 << 20, rendition: Rendition = Rendition(),
    onError: ErrorPolicy = .raise
  ) throws(DatasetError) -> Dataset {
    try Dataset.open(
      DatasetConfiguration(
        source: source, maxWorkers: maxWorkers, timeout: 60, memoryLimit: memoryLimit, rendition: rendition,
        onError: onError),
      keepWaiting: { true })
  }

  /// Images whose first byte is their number from 1.
  func images(
    _ count: Int, from first: Int = 0, padding: Int = 0, side: Int = 8
  ) -> [(name: String, bytes: [UInt8])] {
    (first..<first + count).map {
      ("pet/\($0).png", TestArchive.png(side, side, value: UInt8($0 + 1), padding: padding))
    }
  }

  func becomesTrue(_ condition: () -> Bool) -> Bool {
    let turns = Monitor(0)
    for _ in 0..<600 where !condition() {
      let seen = turns.withLock { $0 }
      Engine.current.transfers.perform { turns.update { $0 += 1 } }
      _ = turns.wait(atMost: .milliseconds(50)) { $0 > seen + 1 ? true : nil }
    }
    return condition()
  }
}
