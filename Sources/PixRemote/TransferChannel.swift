/// One attempt at moving a transfer's bytes: a curl handle or an open file.
protocol TransferChannel: AnyObject {
  /// Lets a held transfer go on.
  func resume()
  /// Frees what the attempt holds; it is not used again.
  func close()
}
