import PixDecode

/// One chunk on its way: entries that have arrived and have not been granted a place.
struct Lane {
  struct Item {
    enum State {
      case packed(PackedEntry)
      case examining
      case image(Examined)
      /// No image, and none promised.
      case passedOver
      case failed(DatasetError)
    }

    let entry: ZipEntry
    let label: Label?
    let metadata: ChunkMetadata?
    var state: State
    var reserved: Int
  }

  /// Memory for bytes about to be received.
  struct Need {
    var bytes: Int
    /// Where the entry begins; nil for a chunk that is taken into memory whole.
    var place: EntryPlace?
  }

  /// What giving up entries freed, and where to fetch them from again.
  struct GivenUp {
    var bytes = 0
    /// Memory that jobs in progress will give back.
    var abandoned = 0
    /// Nil: there was nothing to give up.
    var place: EntryPlace?
  }

  let chunk: Int
  private(set) var epoch: Int
  private(set) var items = Fifo<Item>()
  /// Memory of the items and of what is arriving.
  private(set) var held = 0
  /// Memory admitted for what has not wholly arrived.
  private(set) var incoming = 0
  private var arriving: EntryPlace?
  /// Memory of the chunk itself, where it is taken into memory whole; kept until its end.
  private(set) var spooled = 0
  /// What it is held back for.
  var wanted: Need?
  private(set) var isEnded = false
  private(set) var error: DatasetError?
  private(set) var hasShownEntry = false
  /// Images that have been given their place, or passed.
  var images = 0
  /// Those of the chunk that are wanted.
  private let wantedImages: Range<Int>
  /// Those that have their place and may turn out bad.
  var replacements = Replacements()
  /// An item's number is its place among all that have arrived; a restart counts on from what it kept.
  private var firstNumber = 0
  private var nextUnexamined = 0

  init(chunk: Int, epoch: Int, wanting images: Range<Int> = 0..<Int.max) {
    self.chunk = chunk
    self.epoch = epoch
    wantedImages = images
  }

  // MARK: Arriving

  mutating func admit(_ need: Need) {
    wanted = nil
    guard let place = need.place else {
      spooled += need.bytes
      return
    }
    arriving = place
    incoming += need.bytes
    held += need.bytes
  }

  mutating func forgo(_ bytes: Int) {
    incoming -= bytes
    held -= bytes
  }

  /// An entry that is whole; `bytes` admitted for it are its own now.
  mutating func append(
    entry: ZipEntry, label: Label?, metadata: ChunkMetadata? = nil, state: Item.State, bytes: Int
  ) {
    incoming -= bytes
    items.append(Item(entry: entry, label: label, metadata: metadata, state: state, reserved: bytes))
    hasShownEntry = true
  }

  /// Returns the memory admitted for what did not arrive.
  mutating func end(_ error: DatasetError?) -> Int {
    let bytes = incoming
    isEnded = true
    self.error = error
    forgo(bytes)
    return bytes
  }

  // MARK: Leaving

  /// Whether all that is wanted of it has been given its place.
  var hasEnough: Bool { images >= wantedImages.upperBound }

  /// Whether no further image of it will be given a place.
  var isExhausted: Bool { hasEnough || (isEnded && items.isEmpty) }

  mutating func removeFirst() {
    guard let item = items.popFirst() else { return }
    held -= item.reserved
    firstNumber += 1
  }

  /// Passes over the first item when it lies behind the place where reading began.
  mutating func passes() -> Bool {
    guard images < wantedImages.lowerBound else { return false }
    images += 1
    removeFirst()
    return true
  }

  mutating func nextToExamine() -> ExamineJob? {
    nextUnexamined = max(nextUnexamined, firstNumber)
    while nextUnexamined < firstNumber + items.count {
      let number = nextUnexamined
      nextUnexamined += 1
      let item = items[number - firstNumber]
      guard case .packed(let packed) = item.state else { continue }
      items[number - firstNumber].state = .examining
      return ExamineJob(chunk: chunk, epoch: epoch, item: number, packed: packed, reserved: item.reserved)
    }
    return nil
  }

  /// What an item turned out to be, and the memory it keeps.
  mutating func settle(_ number: Int, _ state: Item.State, reserved: Int) {
    let index = number - firstNumber
    held += reserved - items[index].reserved
    items[index].state = state
    items[index].reserved = reserved
  }

  /// Drops all but the first `count` items, and what is arriving, to be fetched again in another epoch.
  ///
  /// The items that are kept have been examined.
  mutating func giveUp(after count: Int, epoch: Int) -> GivenUp {
    let dropped = items.removeAll(after: count)
    var given = GivenUp(bytes: incoming)
    given.place =
      dropped.first.map { EntryPlace(ordinal: $0.entry.ordinal, offset: $0.entry.offset) }
      ?? (incoming > 0 ? arriving : nil)
    guard given.place != nil else { return given }
    for item in dropped {
      if case .examining = item.state { given.abandoned += item.reserved } else { given.bytes += item.reserved }
    }
    held -= given.bytes + given.abandoned
    incoming = 0
    wanted = nil
    isEnded = false
    error = nil
    nextUnexamined = min(nextUnexamined, firstNumber + items.count)
    self.epoch = epoch
    return given
  }
}
