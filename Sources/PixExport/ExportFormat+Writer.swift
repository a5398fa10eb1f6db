import PixStream

extension ExportFormat {
  /// - Parameters:
  ///   - records: of the chunks that have been written.
  ///   - repairs: whether what they tell of may be damaged.
  func writer(
    of dataset: Dataset, _ identity: ExportIdentity, folder: String, after records: [ChunkRecord],
    repairs: Bool = false
  ) throws(ExportError) -> any ChunkWriter {
    switch self {
    case .zip:
      ArchiveWriter(dataset, folder: folder)
    case .images:
      try ImageFolderWriter(dataset, folder: folder, selection: identity.selection, done: records)
    case .numpy:
      try NumpyWriter(dataset, folder: folder, selection: identity.selection, done: records, repairs: repairs)
    }
  }
}
