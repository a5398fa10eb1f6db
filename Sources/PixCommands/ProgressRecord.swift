import FoundationEssentials
import PixExport

/// How far work is, for programs: a JSON object on one line, whose keys are all there, null where nothing is known.
struct ProgressRecord: Encodable {
  enum State: String, Encodable { case running, stalled, waiting, ended }

  private enum CodingKeys: String, CodingKey {
    case task, state, bytes, chunks, images, retry
    case bytesInAll = "bytes_in_all"
    case bytesPerSecond = "bytes_per_second"
    case chunksInAll = "chunks_in_all"
    case imagesInAll = "images_in_all"
    case retriesInAll = "retries_in_all"
    case secondsLeft = "seconds_left"
    case secondsSilent = "seconds_silent"
  }

  var state: State
  var line: ProgressLine

  func encode(to encoder: any Encoder) throws {
    let progress = line.progress
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(line.title.lowercased(), forKey: .task)
    try object.encode(state, forKey: .state)
    try object.encode(progress.bytes, forKey: .bytes)
    try object.encode(progress.bytesInAll, forKey: .bytesInAll)
    try object.encode(line.bytesPerSecond.map { Int(min($0, 1e15)) }, forKey: .bytesPerSecond)
    try object.encode(line.timeLeft?.components.seconds, forKey: .secondsLeft)
    try object.encode(progress.chunks, forKey: .chunks)
    try object.encode(progress.chunksInAll, forKey: .chunksInAll)
    try object.encode(progress.images, forKey: .images)
    try object.encode(progress.imagesInAll, forKey: .imagesInAll)
    try object.encode(progress.silence.components.seconds, forKey: .secondsSilent)
    try object.encode(progress.retry, forKey: .retry)
    try object.encode(progress.retriesInAll, forKey: .retriesInAll)
  }

  /// Keys in alphabetical order.
  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
