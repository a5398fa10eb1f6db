import PixDecode
import PixThreads

@testable import PixStream

/// What reading images by number comes to.
struct NumberedReading {
  var found = SampleSet()
  var error: DatasetError?
  let cache: ChunkCache

  private init(cache: ChunkCache) { self.cache = cache }

  init(_ reader: SampleReader, cache: ChunkCache) {
    self.cache = cache
    let deadline = ContinuousClock.now + .seconds(60)
    do throws(DatasetError) {
      while true {
        if case .done(let set) = try reader.poll() {
          found = set
          return
        }
        reader.wait()
        if ContinuousClock.now > deadline {
          reader.cancel()
          throw .cancelled
        }
      }
    } catch { self.error = error }
  }

  init(
    _ numbers: [Int], of dataset: Dataset, indexes: [Int: ChunkIndex] = [:], cache: ChunkCache? = nil
  ) {
    let cache = cache ?? ChunkCache(memoryLimit: dataset.configuration.memoryLimit)
    do throws(DatasetError) {
      self.init(try dataset.read(numbers, indexes: indexes, cache: cache), cache: cache)
    } catch {
      self.init(cache: cache)
      self.error = error
    }
  }

  var pixels: [[UInt8]] { found.samples.map { Array($0.pixels.image($0.row)) } }
  var images: [Reading.Image] {
    found.samples.map { Reading.Image(label: Reading.sorted($0.label), shape: $0.shape) }
  }
  /// The first byte of each image.
  var values: [Int] { pixels.map { Int($0[0]) } }
  var positions: [Int] { found.samples.map(\.position) }
}
