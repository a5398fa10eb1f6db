import CPython
import PixDecode
import PixStream

/// A few small images for a notebook's card.
enum Thumbnails {
  private static let most = 8
  private static let rendition = Rendition(size: .init(height: 96, width: 96), resize: .crop)

  /// A list of `(image, label)`; empty where it would take more than a few small reads: nothing has been read from a
  /// distant dataset yet, or an image cannot be read.
  static func make(_ handle: DatasetHandle) -> PyRef? {
    guard !handle.isClosed, let numbers = numbers(handle), !numbers.isEmpty,
      let set = ByNumber.read(handle, numbers, rendition)
    else {
      // The card does without; but not whoever pressed Ctrl-C.
      if PyErr_Occurred() != nil, PyErr_ExceptionMatches(pix_exception()) == 0 { return nil }
      PyErr_Clear()
      return PyList_New(0)
    }
    return PythonValue.list(set.samples) { sample in
      PythonValue.tuple([
        handle.array(PixelArray(sample.pixels, image: sample.row)), PythonValue.label(sample.label),
      ])
    }
  }

  private static func numbers(_ handle: DatasetHandle) -> [Int]? {
    let dataset = handle.dataset
    guard let chunk = handle.indexes.keys.min() else {
      return dataset.isLocal ? Array(0..<min(most, dataset.imageCount ?? 0)) : nil
    }
    let counts = dataset.chunks[..<chunk].compactMap(\.numImages)
    guard counts.count == chunk else { return nil }
    let start = counts.reduce(0, +)
    return places(in: handle.indexes[chunk]?.samples ?? []).map { start + $0 }
  }

  /// The first of each label, then others.
  private static func places(in samples: [ChunkIndex.Sample]) -> [Int] {
    var seen: Set<Label?> = []
    let firsts = samples.indices.filter { seen.insert(samples[$0].label).inserted }.prefix(most)
    let others = samples.indices.filter { !firsts.contains($0) }.prefix(most - firsts.count)
    return (firsts + others).sorted()
  }
}
