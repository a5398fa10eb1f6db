import PixExport
import PixStream

/// What to write, and when: a bar is painted at most ten times a second, a plain line comes every ten seconds, an
/// object every second.
struct ProgressFeed {
  private static let clearing = "\r\u{1B}[K"

  let style: ProgressStyle
  let title: String
  /// What is said while another process does the same work.
  let waiting: String
  /// Silence that is told as a stall.
  var stallAfter = Duration.seconds(15)

  private var pace = ProgressPace()
  private var latest: ExportProgress?
  private var written: Duration?
  private var isPainted = false

  init(style: ProgressStyle, title: String, waiting: String = "") {
    self.style = style
    self.title = title
    self.waiting = DatasetCard.shown(waiting)
  }

  /// - Parameters:
  ///   - time: since the work began.
  ///   - columns: the window's, asked when a bar is painted.
  /// - Returns: what to write, if anything.
  mutating func show(_ progress: ExportProgress, at time: Duration, columns: () -> Int) -> String? {
    pace.note(progress, at: time)
    latest = progress
    guard isDue(at: time, isUrgent: progress.isWaiting) else { return nil }
    written = time
    let line = line(progress, at: time)
    switch style {
    case .none: return nil
    case .bar(let blocks):
      let room = columns() - 1
      return painted(progress.isWaiting ? ProgressFeed.cut(waiting, room) : line.bar(columns: room, blocks: blocks))
    case .plain: return (progress.isWaiting ? waiting : line.plain) + "\n"
    case .json:
      let state: ProgressRecord.State = progress.isWaiting ? .waiting : line.stall == nil ? .running : .stalled
      return ProgressRecord(state: state, line: line).text + "\n"
    }
  }

  /// Before anything can be counted; a bar's only.
  mutating func show(_ text: String, columns: () -> Int) -> String? {
    guard case .bar = style else { return nil }
    return painted(ProgressFeed.cut(DatasetCard.shown(text), columns() - 1))
  }

  /// Takes the bar away, for another line to stand in its place.
  mutating func clear() -> String? {
    guard isPainted else { return nil }
    isPainted = false
    return ProgressFeed.clearing
  }

  /// Nothing follows. Work that was too short for a plain line ends without one.
  mutating func finish(at time: Duration) -> String? {
    guard let latest else { return clear() }
    self.latest = nil
    var line = line(latest, at: time)
    (line.stall, line.ended) = (nil, time)
    switch style {
    case .none: return nil
    case .bar: return clear()
    case .plain: return written == nil || latest.isWaiting ? nil : line.plain + "\n"
    case .json: return ProgressRecord(state: .ended, line: line).text + "\n"
    }
  }

  private func isDue(at time: Duration, isUrgent: Bool) -> Bool {
    switch style {
    case .none: false
    case .bar: written.map { time - $0 >= .milliseconds(100) } ?? true
    case .plain: time - (written ?? (isUrgent ? .seconds(-10) : .zero)) >= .seconds(10)
    case .json: written.map { time - $0 >= .seconds(1) } ?? true
    }
  }

  private func line(_ progress: ExportProgress, at time: Duration) -> ProgressLine {
    ProgressLine(
      title: title, progress: progress, bytesPerSecond: pace.bytesPerSecond, timeLeft: pace.timeLeft(progress),
      stall: progress.silence >= stallAfter ? progress.silence : nil)
  }

  private mutating func painted(_ text: String) -> String {
    isPainted = true
    return ProgressFeed.clearing + text
  }

  /// What may take two cells is counted as two.
  private static func cut(_ text: String, _ columns: Int) -> String {
    var room = columns
    return String(
      text.prefix {
        room -= $0.isASCII ? 1 : 2
        return room >= 0
      })
  }
}
