/// A chunk's images that have been given their place and are not yet proven: where one cannot be decoded, the next good
/// one takes its place, at the chunk's end the last good one.
///
/// Which one that is does not depend on who decodes faster: files are kept until all before them are settled.
struct Replacements {
  struct Place: Equatable {
    let slab: Int
    let row: Int
  }

  enum Step {
    /// Memory of a file that is needed no more.
    case free(Int)
    case decode(Examined, Sample, into: Place, freeing: Int)
    /// There is no good image to put there.
    case giveUp(Place, freeing: Int)
  }

  private struct Image {
    let file: Examined
    let sample: Sample
    let reserved: Int
  }

  private struct Entry {
    enum State { case running, good, bad }

    let place: Place
    var state: State
    /// Nil where the file was no image in the first place.
    let image: Image?
  }

  private var entries = Fifo<Entry>()
  private var lastGood: Image?

  var isEmpty: Bool { entries.isEmpty && lastGood == nil }

  /// Memory of the files that are kept.
  var held: Int {
    (0..<entries.count).reduce(lastGood?.reserved ?? 0) { $0 + (entries[$1].image?.reserved ?? 0) }
  }

  /// Whether only a further image of the chunk can help.
  var needsAnother: Bool {
    !entries.isEmpty && (0..<entries.count).allSatisfy { entries[$0].state == .bad }
  }

  mutating func append(_ file: Examined, _ sample: Sample, at place: Place, reserved: Int) {
    let image = Image(file: file, sample: sample, reserved: reserved)
    entries.append(Entry(place: place, state: .running, image: image))
  }

  mutating func appendBad(at place: Place) { entries.append(Entry(place: place, state: .bad, image: nil)) }

  /// Returns whether the image at that place was one that had to be proven.
  mutating func settle(_ place: Place, isGood: Bool) -> Bool {
    guard let index = (0..<entries.count).first(where: { entries[$0].place == place }) else { return false }
    entries[index].state = isGood ? .good : .bad
    return true
  }

  /// What can be done now; nil when something has to be waited for.
  ///
  /// - Parameter isComplete: no further image of the chunk follows.
  mutating func next(isComplete: Bool) -> Step? {
    guard let first = entries.first else {
      guard isComplete, let image = lastGood.take() else { return nil }
      return .free(image.reserved)
    }
    switch first.state {
    case .running: return nil
    case .good:
      _ = entries.popFirst()
      let before = lastGood
      lastGood = first.image
      return .free(before?.reserved ?? 0)
    case .bad:
      guard let image = replacement(isComplete: isComplete) else { return nil }
      _ = entries.popFirst()
      let bytes = first.image?.reserved ?? 0
      if let image { return .decode(image.file, image.sample, into: first.place, freeing: bytes) }
      return .giveUp(first.place, freeing: bytes)
    }
  }

  /// The first one's replacement; nil while it is not known, `.some(nil)` when there is none.
  private func replacement(isComplete: Bool) -> Image?? {
    for index in 0..<entries.count where entries[index].state != .bad {
      return entries[index].state == .good ? .some(entries[index].image) : nil
    }
    return isComplete ? .some(lastGood) : nil
  }
}
