/// A note in words.
public struct NoteReport: Sendable, Equatable {
  public let message: String

  public init(_ note: StreamNote) {
    switch note {
    case .leftOut(let error): message = "left out: \(ErrorReport(error).message)"
    case .retrying(let chunk, let error, let pause):
      let tenths = Int((pause / .milliseconds(100)).rounded())
      let reason = ErrorReport(.download(chunk: chunk, error)).message
      message = "\(reason). Trying again in \(tenths / 10).\(tenths % 10) s"
    }
  }
}
