import PixExport
import PixStream

/// How far work is, how fast it goes, and how long the rest will take, on one line.
struct ProgressLine {
  /// A piece of the line, in its forms from the longest to the shortest. Where room is short the form of the highest
  /// rank gives way to the next one, or the piece disappears.
  private struct Part {
    var forms: [(rank: Int, text: String)]

    init(_ forms: (rank: Int, text: String)...) { self.forms = forms }

    var isBar: Bool { forms[0].text.isEmpty }
  }

  private static let bars = 5...30
  private static let gap = "  "

  var title: String
  var progress: ExportProgress
  var bytesPerSecond: Double?
  var timeLeft: Duration?
  /// How long no byte has come, once that is worth telling; in place of the pace.
  var stall: Duration?
  /// How long it took, once it is over; in place of the time left.
  var ended: Duration?

  /// At most `columns` characters, with a bar where there is room for one.
  func bar(columns: Int, blocks: Bool) -> String {
    var parts = parts
    while true {
      let room = columns - ProgressLine.width(of: parts)
      if let bar = parts.firstIndex(where: \.isBar) {
        if room >= ProgressLine.bars.lowerBound {
          return ProgressLine.joined(parts, bar: (bar, drawn(min(room, ProgressLine.bars.upperBound), blocks: blocks)))
        }
      } else if room >= 0 {
        return ProgressLine.joined(parts)
      }
      guard let first = parts.indices.max(by: { parts[$0].forms[0].rank < parts[$1].forms[0].rank }),
        parts.count + parts[first].forms.count > 2
      else { return String(ProgressLine.joined(parts).prefix(max(0, columns))) }
      parts[first].forms.removeFirst()
      if parts[first].forms.isEmpty { parts.remove(at: first) }
    }
  }

  var plain: String {
    let facts = parts.dropFirst().filter { !$0.isBar }.map { $0.forms[0].text }
    return "\(title): \(facts.joined(separator: ", "))"
  }

  /// Of all that is counted: bytes come before the images in them, so both matter where both are known.
  var share: Double? {
    let known = [(progress.bytes, progress.bytesInAll), (progress.images, progress.imagesInAll)]
      .compactMap { done, all in all.map { $0 > 0 ? min(1, max(0, Double(done) / Double($0))) : 1 } }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  private var parts: [Part] {
    let isInImages = progress.bytesInAll == nil && progress.imagesInAll != nil
    var parts = [Part((4, title))]
    if let share {
      parts.append(Part((7, "")))
      // 100 % is the end, and nothing short of it.
      parts.append(Part((1, "\(Int(share * 100))%")))
    }
    let bytes = DatasetCard.size(progress.bytes)
    if let all = progress.bytesInAll {
      parts.append(Part((5, ProgressLine.shared(bytes, of: DatasetCard.size(all))), (2, bytes)))
    } else {
      parts.append(Part((isInImages ? 9 : 2, bytes)))
    }
    if let stall {
      let text = "stalled for \(ProgressLine.spoken(stall))"
      let retry = progress.retry.map { ", retry \($0) of \(progress.retriesInAll)" }
      parts.append(retry.map { Part((6, text + $0), (0, text)) } ?? Part((0, text)))
    } else {
      // What is left to do once all bytes are here has no rate in bytes.
      let isHere = progress.bytes == progress.bytesInAll && bytesPerSecond.map { $0 < 1 } == true
      if let bytesPerSecond, !isHere {
        parts.append(Part((3, "\(DatasetCard.size(Int(min(bytesPerSecond, 1e15))))/s")))
      }
      if let ended {
        parts.append(Part((0, "after \(ProgressLine.clock(ended))")))
      } else if let timeLeft {
        parts.append(Part((0, "\(ProgressLine.clock(timeLeft)) left")))
      }
    }
    if progress.chunksInAll > 0 { parts.append(Part((8, "\(progress.chunks)/\(progress.chunksInAll) chunks"))) }
    let images = ErrorReport.grouped(progress.images)
    if let all = progress.imagesInAll {
      parts.append(Part((isInImages ? 2 : 9, "\(images)/\(ErrorReport.grouped(all)) images")))
    } else if progress.images > 0 {
      parts.append(Part((9, "\(images) images")))
    }
    return parts
  }

  private func drawn(_ cells: Int, blocks: Bool) -> String {
    func row(_ full: String, _ empty: String, _ cells: Int) -> String {
      let filled = Int(Double(cells) * (share ?? 0))
      return String(repeating: full, count: filled) + String(repeating: empty, count: cells - filled)
    }
    return blocks ? row("█", "░", cells) : "[\(row("#", ".", cells - 2))]"
  }

  private static func width(of parts: [Part]) -> Int { joined(parts).count }

  private static func joined(_ parts: [Part], bar: (place: Int, text: String)? = nil) -> String {
    parts.indices.map { $0 == bar?.place ? bar?.text ?? "" : parts[$0].forms[0].text }.joined(separator: gap)
  }

  /// The unit is said once where it is the same: "1.2 of 2.5 GB".
  private static func shared(_ done: String, of all: String) -> String {
    let words = done.split(separator: " ")
    return words.last == all.split(separator: " ").last ? "\(words[0]) of \(all)" : "\(done) of \(all)"
  }

  /// 17 seconds → "17 s", 65 → "1:05".
  private static func spoken(_ time: Duration) -> String {
    time < .seconds(60) ? "\(time.components.seconds) s" : clock(time)
  }

  /// 65 seconds → "1:05".
  private static func clock(_ time: Duration) -> String {
    func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let seconds = time.components.seconds
    let (minutes, rest) = (seconds / 60, padded(seconds % 60))
    return minutes < 60 ? "\(minutes):\(rest)" : "\(minutes / 60):\(padded(minutes % 60)):\(rest)"
  }
}
