/// A queue whose front costs as little as its end, however long it is.
struct Fifo<Element> {
  private var slots: [Element?] = []
  private var head = 0

  var count: Int { slots.count - head }
  var isEmpty: Bool { count == 0 }
  var first: Element? { isEmpty ? nil : slots[head] }

  subscript(index: Int) -> Element {
    get { slots[head + index]! }
    set { slots[head + index] = newValue }
  }

  mutating func append(_ element: Element) { slots.append(element) }

  /// Takes the first element out; the queue holds on to nothing of it.
  mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = slots[head].take()
    head += 1
    if head >= 64, head * 2 >= slots.count {
      slots.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Takes out all but the first `count` elements.
  mutating func removeAll(after count: Int) -> [Element] {
    guard count < self.count else { return [] }
    let removed = slots[(head + count)...].compactMap { $0 }
    slots.removeSubrange((head + count)...)
    return removed
  }
}
