/// Where a transfer's bytes go. All calls come from the transfer thread, in order.
///
/// A sink sees one unbroken file: retries and resumed connections do not show.
public protocol TransferSink: AnyObject, Sendable {
  /// The first good answer; no byte has come yet. Again, and the bytes from the first, where a request starts over.
  func opened(_ head: ResponseHead)
  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow
  /// The end: nil when every byte has come.
  func closed(_ error: RemoteError?)
}

/// What a sink wants next.
public enum TransferFlow: Sendable {
  case more
  /// Nothing further until `TransferLoop.resume`; so many of the bytes just given were taken.
  case hold(taken: Int)
  /// Nothing further ever; `closed(nil)` follows.
  case stop
}
