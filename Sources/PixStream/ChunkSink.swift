import PixRemote

/// One transfer of a chunk's flow; what comes from a transfer that was given up is told by its epoch.
final class ChunkSink: TransferSink {
  private let flow: ChunkFlow
  private let epoch: Int

  init(_ flow: ChunkFlow, epoch: Int) {
    self.flow = flow
    self.epoch = epoch
  }

  func opened(_ head: ResponseHead) { flow.opened(head, epoch: epoch) }
  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow { flow.received(bytes, epoch: epoch) }
  func closed(_ error: RemoteError?) { flow.closed(error, epoch: epoch) }
}
