import PixExport

/// How fast work goes of late, and how long the rest of it will take.
struct ProgressPace {
  private struct Mark {
    var time: Duration
    var bytes: Int
    var images: Int
  }

  private static let window = Duration.seconds(10)
  private static let grain = Duration.milliseconds(100)
  /// Less says nothing yet.
  private static let shortest = Duration.milliseconds(200)

  /// Of the last seconds, the oldest first; one of them is older.
  private var marks: [Mark] = []
  private var latest: Mark?

  /// - Parameter time: since any fixed moment; never goes back.
  mutating func note(_ progress: ExportProgress, at time: Duration) {
    let mark = Mark(time: time, bytes: progress.bytes, images: progress.images)
    latest = mark
    guard marks.last.map({ time - $0.time >= ProgressPace.grain }) ?? true else { return }
    marks.append(mark)
    let old = marks.prefix { time - $0.time >= ProgressPace.window }.count
    marks.removeFirst(max(0, old - 1))
  }

  var bytesPerSecond: Double? { rate(\.bytes) }

  /// Of what takes longest. Images that come in jumps, a chunk at a time, say nothing between two of them.
  func timeLeft(_ progress: ExportProgress) -> Duration? {
    let kinds = [(progress.bytes, progress.bytesInAll, \Mark.bytes), (progress.images, progress.imagesInAll, \.images)]
    let seconds = kinds.compactMap { done, all, kind -> Double? in
      guard let all else { return nil }
      if done >= all { return 0 }
      return rate(kind).flatMap { $0 > 0 ? Double(all - done) / $0 : nil }
    }
    let isOver = kinds.allSatisfy { done, all, _ in all.map { done >= $0 } ?? true }
    guard let longest = seconds.max(), longest > 0 || isOver, longest < 1e9 else { return nil }
    return .seconds(longest.rounded(.up))
  }

  private func rate(_ kind: KeyPath<Mark, Int>) -> Double? {
    guard let first = marks.first, let latest, latest.time - first.time >= ProgressPace.shortest else { return nil }
    return max(0, Double(latest[keyPath: kind] - first[keyPath: kind])) / ((latest.time - first.time) / .seconds(1))
  }
}
