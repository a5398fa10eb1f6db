import Foundation
import PixDecode

@testable import PixStream

/// All that comes out of a dataset.
struct Reading {
  struct Image: Equatable, CustomStringConvertible {
    let label: Label?
    let shape: ImageShape

    var description: String { "\(label.map { "\($0)" } ?? "none") \(shape.height)x\(shape.width)" }
  }

  var images: [Image] = []
  var batchSizes: [Int] = []
  var pixels: [[UInt8]] = []
  var errors: [DatasetError] = []
  /// Of the ledger, when the end had come.
  var peak = 0
  var used = 0

  /// Reads a dataset to its end, errors on the way and all.
  init(
    _ source: String, batchSize: Int = 1, dropsLast: Bool = false, maxWorkers: Int = 4, memoryLimit: Int = 256 << 20
  ) {
    do throws(DatasetError) {
      let dataset = try Dataset.open(
        DatasetConfiguration(source: source, maxWorkers: maxWorkers, timeout: 60, memoryLimit: memoryLimit),
        keepWaiting: { true })
      try read(try dataset.stream(batchSize: batchSize, dropsLast: dropsLast))
    } catch { errors.append(error) }
  }

  /// - Throws: `cancelled` when the end does not come.
  init(_ stream: SampleStream) throws(DatasetError) { try read(stream) }

  private mutating func read(_ stream: SampleStream) throws(DatasetError) {
    let deadline = ContinuousClock.now + .seconds(120)
    reading: while true {
      do throws(DatasetError) {
        stream.wait()
        switch try stream.poll() {
        case .batch(let batch): add(batch)
        case .end: break reading
        case .notYet:
          if ContinuousClock.now > deadline {
            stream.cancel()
            throw .cancelled
          }
        }
      } catch .cancelled {
        throw .cancelled
      } catch { errors.append(error) }
    }
    peak = stream.budget.peak
    used = stream.budget.used
  }

  private mutating func add(_ batch: Batch) {
    batchSizes.append(batch.count)
    for index in 0..<batch.count {
      images.append(Image(label: Reading.sorted(batch.labels[index]), shape: batch.shape))
      pixels.append(Array(batch.pixels.image(index)))
    }
  }

  /// JSON labels with their keys in order, so that they can be compared.
  static func sorted(_ label: Label?) -> Label? {
    guard case .json(let text)? = label,
      let value = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed),
      let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
    else { return label }
    return .json(String(decoding: data, as: UTF8.self))
  }
}
