import PixDecode
import PixRemote

/// The bytes of one planned read on their way into entries. Lives on the transfer thread.
final class RecordSink: TransferSink, @unchecked Sendable {
  let read: PlannedRead
  private var fetch: SampleFetch?
  private var scanner: EntryScanner
  private var position: Int
  /// Wishes that have been answered, with an entry or an error.
  private(set) var answered = 0
  /// Memory that has been admitted for the entry that comes next.
  var admitted: Int?

  /// - Parameter admitted: for the first entry.
  init(_ read: PlannedRead, admitted: Int, for fetch: SampleFetch) {
    self.read = read
    self.admitted = admitted
    self.fetch = fetch
    position = read.range.lowerBound
    scanner = fetch.scanner(for: read.wishes[0].id)
  }

  /// What still comes is not listened to.
  func detach() { fetch = nil }

  /// Memory that the next entry takes.
  var bytesNeeded: Int { scanner.bytesNeeded }

  func opened(_ head: ResponseHead) {}

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    var input = bytes
    while let fetch, answered < read.wishes.count, !input.isEmpty {
      let wish = read.wishes[answered]
      if position < wish.record.lowerBound {
        advance(&input, by: min(wish.record.lowerBound - position, input.count))
        continue
      }
      guard let admitted = admitted ?? fetch.admit(self) else { return .hold(taken: bytes.count - input.count) }
      self.admitted = admitted
      var part = UnsafeRawBufferPointer(rebasing: input.prefix(wish.record.upperBound - position))
      let available = part.count
      let result = Result { () throws(ZipError) in try scanner.next(&part) }
      advance(&input, by: available - part.count)
      switch result {
      case .success(nil) where position < wish.record.upperBound: continue
      case .success(nil): answer(wish, .failure(.cutShort(entry: fetch.name(of: wish.id), offset: position)))
      case .success(let packed?): answer(wish, .success(packed))
      case .failure(let error): answer(wish, .failure(error))
      }
    }
    return fetch == nil ? .stop : .more
  }

  private func advance(_ input: inout UnsafeRawBufferPointer, by count: Int) {
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    position += count
  }

  private func answer(_ wish: PlannedRead.Wish, _ result: Result<PackedEntry, ZipError>) {
    let bytes = admitted ?? 0
    admitted = nil
    answered += 1
    if let fetch, answered < read.wishes.count { scanner = fetch.scanner(for: read.wishes[answered].id) }
    fetch?.arrived(wish.id, result, bytes)
  }

  func closed(_ error: RemoteError?) {
    fetch?.closed(self, error)
    fetch = nil
  }
}
