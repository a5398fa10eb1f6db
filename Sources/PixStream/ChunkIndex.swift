import PixDecode
import PixRemote

/// Where a chunk's samples lie in its archive, and what they are called: what it takes to read them by number.
///
/// A plain value that crosses forks; no image has been read for it.
public struct ChunkIndex: Sendable {
  public struct Sample: Sendable {
    public let entry: ZipEntry
    /// The bytes of its record: from its local header up to the next record at most.
    let record: Range<Int>
    public let label: Label?
  }

  /// In the order in which they are streamed: by the place of their local headers.
  public let samples: [Sample]
  public let metadata: ChunkMetadata?
  /// The archive as it was when the directory was read.
  let file: ResponseHead
  /// Whether the host gives parts of the archive.
  var hasRanges: Bool

  var size: Int? { file.contentLength }

  /// Names tell which entries are samples: those that promise an image; all there are, furniture aside, where the
  /// description's count says so.
  init(of chunk: ChunkReference, _ content: DirectoryPeek.Content, hasRanges: Bool) throws(DatasetError) {
    let records: [(entry: ZipEntry, record: Range<Int>)]
    do throws(ZipError) {
      metadata = try content.metadata?.get()
      records = try ChunkIndex.records(content)
    } catch { throw .archive(chunk: chunk.chunkID, error) }
    file = content.file
    self.hasRanges = hasRanges
    let candidates = records.filter { EntryRole($0.entry.name) == .candidate }
    var chosen = candidates.filter { EntryRole.promisesImage($0.entry.name) }
    if let declared = chunk.numImages, declared != chosen.count {
      guard declared == candidates.count else {
        throw .misnumbered(chunk: chunk.chunkID, declared: declared, found: chosen.count)
      }
      chosen = candidates
    }
    let rule = LabelRule(metadata: metadata, chunkLabel: chunk.label)
    samples = chosen.map { Sample(entry: $0.entry, record: $0.record, label: rule.label(of: $0.entry.name)) }
  }

  private static func records(
    _ content: DirectoryPeek.Content
  ) throws(ZipError) -> [(entry: ZipEntry, record: Range<Int>)] {
    let entries = content.directory.entries.sorted { $0.offset < $1.offset }
    var records: [(entry: ZipEntry, record: Range<Int>)] = []
    records.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let end = index + 1 < entries.count ? entries[index + 1].offset : content.start
      guard entry.offset >= 0, entry.offset < end else {
        throw .directoryMismatch(
          entry: entry.name, field: "offset", declared: "an entry at byte \(entry.offset)",
          found: "no room for one there")
      }
      // Where it is the next one's place that is wrong, the numbers are, too.
      guard entry.recordEnds.lowerBound <= end else {
        throw .directoryMismatch(
          entry: entry.name, field: "compressed size", declared: "\(entry.compressedSize)",
          found: "\(end - entry.offset) bytes, header and all, before the next entry")
      }
      records.append((entry, entry.offset..<min(end, entry.recordEnds.upperBound)))
    }
    return records
  }
}
