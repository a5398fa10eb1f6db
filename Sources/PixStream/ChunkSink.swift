import PixRemote

/// One transfer of a chunk's flow; what comes from a transfer that was given up is told by its number.
final class ChunkSink: TransferSink {
  private let flow: ChunkFlow
  private let number: Int

  init(_ flow: ChunkFlow, number: Int) {
    self.flow = flow
    self.number = number
  }

  func opened(_ head: ResponseHead) { flow.opened(head, transfer: number) }
  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow { flow.received(bytes, transfer: number) }
  func closed(_ error: RemoteError?) { flow.closed(error, transfer: number) }
}
