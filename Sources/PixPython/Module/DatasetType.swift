import CPython
import PixStream

/// The Python type `pixcrawler.Dataset`.
enum DatasetType {
  static let type = HeapType<DatasetHandle>(
    "pixcrawler.Dataset",
    doc: """
      A described image dataset; iterating over it streams (image, label) pairs in dataset order.

      image is a writable numpy array (H, W, 3), uint8, RGB, in memory of its own; label is a str (or whatever
      JSON the dataset gives), None when the image has none. Nothing but the description is fetched before the
      first iteration; every iteration is one whole epoch in the same order.

      Example:
          >>> from pixcrawler import load_dataset
          >>> with load_dataset("./pets") as dataset:      # doctest: +SKIP
          ...     for image, label in dataset:
          ...         print(image.shape, label)
      """,
    methods: [
      Slots.keyword(
        "iter_batches",
        """
        iter_batches($self, batch_size=32, drop_last=False)
        --

        Iterate over (images, labels): an array (B, H, W, 3), uint8, RGB, and a list of B labels.

        A batch covers batch_size images in dataset order; the last one may be smaller unless drop_last is true.
        Images of one batch must have one shape: otherwise a PixCrawlerError names two of the shapes, and the
        next call goes on with the next batch. An image that cannot be read raises its error once, and the batch
        follows without it.

        Example:
            >>> for images, labels in dataset.iter_batches(batch_size=64):   # doctest: +SKIP
            ...     train(images, labels)
        """, { iterateBatches($0, $1, $2) }),
      Slots.method(
        "close",
        """
        close($self)
        --

        End all iterations and free what they hold. Arrays already given out stay valid.
        """,
        { object, _ in
          HeapType<DatasetHandle>.box(of: object).close()
          return pix_none()
        }),
      Slots.method(
        "_repr_html_", "_repr_html_($self)\n--\n\nThe card for notebooks.",
        { object, _ in DatasetInfoValue.html(dataset(object)) }),
      Slots.method(
        "__enter__", "__enter__($self)\n--\n\nThe dataset itself.",
        { object, _ in
          Py_IncRef(object)
          return object
        }),
      Slots.variadic(
        "__exit__", "__exit__($self, *exception)\n--\n\nClose the dataset.",
        { object, _ in
          HeapType<DatasetHandle>.box(of: object).close()
          return pix_none()
        }),
    ],
    properties: [
      Slots.property(
        "num_images", "Images in all (int), None when the description does not tell.",
        { object, _ in PythonValue.integer(dataset(object).imageCount) }),
      Slots.property(
        "num_chunks", "Chunks in all (int).",
        { object, _ in PythonValue.integer(dataset(object).chunks.count) }),
      Slots.property(
        "chunk_size", "Images per chunk (int), None when the description does not tell.",
        { object, _ in PythonValue.integer(dataset(object).chunkSize) }),
      Slots.property(
        "labels",
        """
        The classes as a sorted list of str, None when the description does not tell.

        A label's integer class is its place in this list.
        """,
        { object, _ in
          dataset(object).job.labels.map { PythonValue.list($0, PythonValue.text) } ?? pix_none()
        }),
      Slots.property(
        "info", "What is known of the dataset, as a pixcrawler.DatasetInfo; print it for the card.",
        { object, _ in DatasetInfoValue.make(dataset(object)) }),
    ],
    slots: [
      (Py_tp_iter, Slots.unary { iterate($0, batchSize: nil, dropsLast: false) }),
      (Py_tp_repr, Slots.unary { represent($0) }),
      (Py_mp_length, Slots.length { count($0) }),
    ])

  private static func dataset(_ object: PyRef?) -> Dataset { HeapType<DatasetHandle>.box(of: object).dataset }

  private static func iterate(_ object: PyRef?, batchSize: Int?, dropsLast: Bool) -> PyRef? {
    let handle = HeapType<DatasetHandle>.box(of: object)
    if handle.isClosed { return PythonException.raise(.closed) }
    let iterator = StreamIterator(handle, batchSize: batchSize, dropsLast: dropsLast)
    return (batchSize == nil ? StreamIterator.samples : StreamIterator.batches)?.make(iterator)
  }

  private static func iterateBatches(_ object: PyRef?, _ arguments: PyRef?, _ keywords: PyRef?) -> PyRef? {
    var batchSize = 32
    var dropLast: Int32 = 0
    guard pix_parse_iter_batches(arguments, keywords, &batchSize, &dropLast) != 0 else { return nil }
    guard (1...1 << 24).contains(batchSize) else {
      return PythonException.raise(
        pix_value_error(), "batch_size must be from 1 to 16777216, not \(batchSize)")
    }
    return iterate(object, batchSize: batchSize, dropsLast: dropLast != 0)
  }

  private static func count(_ object: PyRef?) -> Int {
    if let count = dataset(object).imageCount { return count }
    _ = PythonException.raise(
      pix_type_error(), "the description of this dataset does not tell how many images it has")
    return -1
  }

  private static func represent(_ object: PyRef?) -> PyRef? {
    let handle = HeapType<DatasetHandle>.box(of: object)
    let dataset = handle.dataset
    let classes = dataset.job.labels.map { ", \($0.count) classes" } ?? ""
    let images = dataset.imageCount.map(String.init) ?? "an unknown number of"
    return PythonValue.text(
      "<pixcrawler.Dataset '\(DatasetCard(dataset).name)': \(images) images in "
        + "\(dataset.chunks.count) chunks\(classes)\(handle.isClosed ? ", closed" : "")>")
  }
}
