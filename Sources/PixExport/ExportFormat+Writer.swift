import PixStream

extension ExportFormat {
  /// - Parameter records: of the chunks that have been written.
  func writer(
    of dataset: Dataset, _ identity: ExportIdentity, folder: String, after records: [ChunkRecord]
  ) -> any ChunkWriter {
    switch self {
    case .zip: ArchiveWriter(dataset, folder: folder)
    case .numpy, .images: ArchiveWriter(dataset, folder: folder)
    }
  }
}
