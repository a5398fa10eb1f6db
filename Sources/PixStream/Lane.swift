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

    let id: Int
    let entry: ZipEntry
    let label: Label?
    var state: State
    var reserved: Int
  }

  /// What giving up entries freed, and where to fetch them from again.
  struct GivenUp {
    var bytes: Int
    /// Nil: the entry that was arriving.
    var place: EntryPlace?
  }

  let chunk: Int
  private(set) var epoch = 0
  var items: [Item] = []
  private var nextID = 0
  /// Memory admitted for what has not wholly arrived.
  var incoming = 0
  /// Memory it is held back for.
  var wanted: Int?
  var isEnded = false
  var error: DatasetError?
  /// Images that have been given their place, or passed.
  var images = 0
  private let imagesToPass: Int

  init(chunk: Int, imagesToPass: Int) {
    self.chunk = chunk
    self.imagesToPass = imagesToPass
  }

  var held: Int { items.reduce(incoming) { $0 + $1.reserved } }
  var hasShownEntry: Bool { nextID > 0 }

  mutating func append(entry: ZipEntry, label: Label?, state: Item.State, reserved: Int) {
    items.append(Item(id: nextID, entry: entry, label: label, state: state, reserved: reserved))
    nextID += 1
  }

  /// Passes over the first item when it lies behind the place where reading began.
  mutating func passes() -> Bool {
    guard images < imagesToPass else { return false }
    images += 1
    items.removeFirst()
    return true
  }

  mutating func nextToExamine() -> ExamineJob? {
    for index in items.indices {
      guard case .packed(let packed) = items[index].state else { continue }
      items[index].state = .examining
      return ExamineJob(
        chunk: chunk, epoch: epoch, item: items[index].id, packed: packed, reserved: items[index].reserved)
    }
    return nil
  }

  /// Drops the items after `kept`, all of them if nil, and what is incoming. Nil when there is nothing to drop.
  mutating func giveUp(after kept: Int?) -> GivenUp? {
    let first = items.firstIndex { kept == nil || $0.id > kept! } ?? items.count
    guard first < items.count || incoming > 0 else { return nil }
    var given = GivenUp(bytes: incoming, place: nil)
    for item in items[first...] {
      given.place = given.place ?? EntryPlace(ordinal: item.entry.ordinal, offset: item.entry.offset)
      if case .examining = item.state { continue }  // the job gives its memory back
      given.bytes += item.reserved
    }
    items.removeSubrange(first...)
    incoming = 0
    wanted = nil
    isEnded = false
    error = nil
    epoch += 1
    return given
  }
}
