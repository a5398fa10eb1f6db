import Testing

@testable import PixStream

@Suite struct NoteQueueTests {
  private func note(_ name: Int) -> StreamNote { .leftOut(.empty(dataset: "\(name)")) }

  @Test func notesAreTakenOnceAndInTheirOrder() {
    let queue = NoteQueue()
    #expect(queue.takeAll() == [])
    for name in 0..<3 { queue.add(note(name)) }
    #expect(queue.takeAll() == (0..<3).map(note))
    #expect(queue.takeAll() == [])
  }

  @Test func itDoesNotGrowForEver() {
    let queue = NoteQueue()
    for name in 0..<1500 { queue.add(note(name)) }
    #expect(queue.takeAll() == (0..<1000).map(note))
  }
}
