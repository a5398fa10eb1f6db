import PixRemote

/// One transfer of a chunk's flow, until the flow lets it go. Lives on the transfer thread.
final class ChunkSink: TransferSink, @unchecked Sendable {
  private var flow: ChunkFlow?

  init(_ flow: ChunkFlow) { self.flow = flow }

  /// What still comes is not listened to.
  func detach() { flow = nil }

  func opened(_ head: ResponseHead) { flow?.opened(head) }
  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow { flow?.received(bytes) ?? .stop }

  func closed(_ error: RemoteError?) {
    flow?.closed(error)
    flow = nil
  }
}
