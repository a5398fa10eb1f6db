import PixThreads

/// Notes on their way from the engine's threads to whoever reads; beyond a thousand that nobody takes, new ones are lost.
final class NoteQueue: Sendable {
  private static let most = 1000
  private let notes = Monitor([StreamNote]())

  func add(_ note: StreamNote) {
    notes.withLock { if $0.count < NoteQueue.most { $0.append(note) } }
  }

  func takeAll() -> [StreamNote] {
    notes.withLock { notes in
      defer { notes.removeAll() }
      return notes
    }
  }
}
