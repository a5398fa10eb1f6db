import Glibc
import PixRemote
import PixStream

extension ExportError: CustomStringConvertible {
  /// What failed, why, and what to do.
  public var description: String {
    switch self {
    case .dataset(.download(let chunk, .changed(let url, _, _))):
      "chunk \(chunk): \(url) is another file every time it is asked for. What is here stays. Try again later: the same "
        + "command goes on where it stopped"
    case .dataset(let error): ErrorReport(error, for: .commandLine).message
    case .file(let path, let code): "\(path): \(String(cString: strerror(code)))\(ExportError.advice(code))"
    case .notAFolder(let path): "\(path) is no folder. Choose another place with --output-dir"
    case .noRoom(let folder, let needed, let free):
      "\(folder) has room for \(DatasetCard.size(free)), and \(DatasetCard.size(needed)) are needed: "
        + "\(DatasetCard.size(needed - free)) are missing. Choose another place with --output-dir, or fewer images "
        + "with --limit"
    case .occupied(let folder):
      "\(folder) is there already, and no download of this dataset made it. Choose another place with --output-dir, or "
        + "move it away"
    case .otherwise(let folder, let was):
      "\(folder) holds this dataset as it was downloaded with \(was). Choose another place with --output-dir, or remove "
        + "the folder"
    case .outdated(let folder):
      "the dataset has changed since \(folder) was downloaded, which stays as it is. For the new one, choose another "
        + "place with --output-dir, or remove the folder"
    case .spoiled(let folder, let path):
      "\(folder) was complete, but \(path) is not there any more or has another size. "
        + "To get it again: pixcrawler verify \(ShellWord(folder)) --repair"
    case .shapes(let first, let firstShape, let other, let otherShape):
      "one array needs images of one size, but \(first) has \(ExportError.size(firstShape)) and \(other) "
        + "\(ExportError.size(otherShape)) (width × height). Give one size to all: --image-size 224 (or 240x320, height x "
        + "width); or keep them as they are: --format images"
    case .subsetOfArchives:
      "--format zip keeps the original archives, whole: --label and --limit go with --format images or numpy"
    case .noSuchLabel(let label, let known):
      "no image has the label \(label). There are: \(known.prefix(20).joined(separator: ", "))"
        + (known.count > 20 ? ", …" : "")
    case .nothing(let dataset, let doubt):
      "not one image of \(dataset) could be had: \(ExportError.sentence(doubt))"
    case .unverifiable(let folder):
      "\(folder) holds no record of a download (.pixcrawler.jsonl). verify checks what pixcrawler download made"
    case .record(let path, let reason):
      "\(path) cannot be used: \(reason). Remove the folder and download it again"
    case .cancelled: "interrupted"
    }
  }

  private static func sentence(_ doubt: ChunkDoubt) -> String {
    switch doubt {
    case .digest(let chunk, _, _), .length(let chunk, _, _):
      "chunk \(chunk) is not what its description promises, fetched twice: \(doubt.reason). The file on the server is "
        + "damaged or was replaced; tell its owner"
    case .dataset(let error): ErrorReport(error, for: .commandLine).message
    }
  }

  private static func size(_ shape: [Int]) -> String { shape.reversed().map(String.init).joined(separator: " × ") }

  private static func advice(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT:
      ". The disk is full; what is here stays. Make room, and the same command goes on where it stopped"
    case EACCES, EPERM: ". Choose a place that you may write to with --output-dir, or change its permissions"
    case EROFS: ". Choose a place that can be written to with --output-dir"
    default: ""
    }
  }
}
