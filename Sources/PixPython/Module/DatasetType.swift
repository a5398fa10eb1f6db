import CPython
import PixDecode
import PixStream

/// The Python type `pixcrawler.Dataset`.
enum DatasetType {
  static let type = HeapType<DatasetHandle>(
    "pixcrawler.Dataset",
    doc: """
      A described image dataset; iterating over it streams (image, label) pairs in dataset order.

      image is a writable numpy array (H, W, C), uint8, in memory of its own: RGB unless load_dataset was given
      another mode; label is a str (or whatever JSON the dataset gives), None when the image has none. Nothing but the
      description is fetched before the first image; every iteration is one whole epoch in the same order.

      dataset[i] is one such pair, dataset[2:5] a list of them: each image is one ranged request.

      Example:
          >>> from pixcrawler import load_dataset
          >>> with load_dataset("./pets") as dataset:
          ...     for image, label in dataset:
          ...         pass
          >>> image.shape, image.dtype, label in dataset.labels
          ((120, 160, 3), dtype('uint8'), True)
      """,
    methods: [
      Slots.keyword(
        "iter_batches",
        """
        iter_batches($self, batch_size=32, drop_last=False)
        --

        Iterate over (images, labels): an array (B, H, W, C), uint8, and a list of B labels.

        A batch covers batch_size images in dataset order; the last one may be smaller unless drop_last is true.
        Images of one batch must have one shape: give load_dataset an image_size; otherwise a PixCrawlerError names
        two of the shapes, and the next call goes on with the next batch. An image that cannot be read raises its
        error once, and the batch follows without it (see on_error of load_dataset).

        Example:
            >>> dataset = load_dataset("./pets")
            >>> for images, labels in dataset.iter_batches(batch_size=64):
            ...     print(images.shape, len(labels))
            (64, 120, 160, 3) 64
            (56, 120, 160, 3) 56
        """, { iterateBatches($0, $1, $2) }),
      Slots.keyword(
        "to_arrays",
        """
        to_arrays($self, *, progress=None)
        --

        Load all images: (X, y), X of shape (N, H, W, C), uint8, and y of shape (N,), the labels.

        X is allocated once, and images are decoded into it; y holds str where all labels are, else objects. Images
        must have one shape: give load_dataset an image_size.

        Args:
            progress: True shows a bar, False none, None one on a terminal when it takes long; a callable is called
                with (done, total) in images.

        Raises:
            DatasetTooLargeError: X needs more bytes than the machine has available; says how many. A MemoryError.
            PixCrawlerError: two shapes met; names both.

        Example:
            >>> X, y = load_dataset("./pets", image_size=64).to_arrays()
            >>> X.shape, y.shape
            ((120, 64, 64, 3), (120,))
        """, { object, arguments, keywords in adapter("_arrays", "to_arrays", object, arguments, keywords) }),
      Slots.keyword(
        "to_dataframe",
        """
        to_dataframe($self)
        --

        Load all images into a pandas.DataFrame with the columns image, label and metadata.

        image holds arrays (H, W, C), uint8; metadata dicts with chunk, entry, width, height (the file's own, in
        pixels), format ("JPEG", "PNG", "WebP"), and whatever else metadata.json says of the image.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> frame = load_dataset("./pets").to_dataframe()
            >>> sorted(frame["label"].value_counts().items())
            [('cat', 60), ('dog', 60)]
        """, { object, arguments, keywords in adapter("_pandas", "to_dataframe", object, arguments, keywords) }),
      Slots.keyword(
        "to_torch",
        """
        to_torch($self, transform=None, *, target_transform=None, streaming=False, shuffle=False, seed=0)
        --

        This dataset as a torch.utils.data.Dataset of (image, class index).

        Map-style: len without a request, any order, any number of workers by fork, spawn or forkserver; a batch is
        fetched and decoded natively in parallel, so num_workers=0 is fast. It has classes, class_to_idx and targets
        as torchvision's ImageFolder has.

        Args:
            transform: called with the image as an array (H, W, C), uint8; without it an image is a float32 tensor
                (C, H, W) from 0 to 1, as torchvision's ToTensor makes it.
            target_transform: called with the class index, as in torchvision's ImageFolder; a label that has none
                (a list, a dict, a float) is given as it is. An image's class index is its label's place in classes
                (int), and -1 where it has no label: nn.CrossEntropyLoss(ignore_index=-1) passes over those.
            streaming: an IterableDataset instead, which reads chunks from beginning to end and splits itself over
                ranks and workers: each image exactly once.
            shuffle: of a streaming one: chunks in a new order each epoch, and images drawn from a buffer.
            seed: of that order.

        Raises:
            ImportError: torch is not installed.

        Example:
            >>> from torch.utils.data import DataLoader
            >>> pets = load_dataset("./pets", image_size=224).to_torch()
            >>> images, classes = next(iter(DataLoader(pets, batch_size=32, shuffle=True)))
            >>> images.shape, classes.dtype
            (torch.Size([32, 3, 224, 224]), torch.int64)
        """, { object, arguments, keywords in adapter("_torch", "to_torch", object, arguments, keywords) }),
      Slots.keyword(
        "to_tensorflow",
        """
        to_tensorflow($self)
        --

        This dataset as a tf.data.Dataset of (image, class index).

        image is uint8 (H, W, C), height and width None in the element_spec unless image_size is given; the class
        index int64, the label's place in labels, -1 where an image has none (ignore_class=-1 of Keras' losses). The
        cardinality is num_images. Without image_size, batch() right on what this gives takes the first image's shape,
        so that Keras can build on it; after map() or shuffle() the shape is unknown, so give load_dataset an image_size.

        Raises:
            ImportError: tensorflow is not installed.

        Example:
            >>> pets = load_dataset("./pets", image_size=224).to_tensorflow()
            >>> images, classes = next(iter(pets.batch(32).prefetch(1)))
            >>> images.shape.as_list(), images.dtype, classes.dtype
            ([32, 224, 224, 3], tf.uint8, tf.int64)
        """, { object, arguments, keywords in adapter("_tensorflow", "to_tensorflow", object, arguments, keywords) }),
      Slots.keyword(
        "_stream",
        "_stream($self, parts=None, batch_size=None, drop_last=False, planes=False)\n--\n\nParts of chunks, in order.",
        { stream($0, $1, $2) }),
      Slots.method(
        "_details", "_details($self)\n--\n\nIterate over (image, label, facts of the file).",
        { object, _ in iterate(object, .detailed) }),
      Slots.variadic(
        "_arrays", "_arrays($self, update)\n--\n\nAll images as one array, and the list of labels.",
        { wholeArray($0, $1) }),
      Slots.variadic(
        "_fetch", "_fetch($self, indices, planes)\n--\n\nImages by number: (images, labels, positions).",
        { object, arguments in
          guard let indices = PythonValue.argument(0, of: 2, in: arguments),
            let planes = PythonValue.argument(1, of: 2, in: arguments)
          else { return nil }
          return ByNumber.fetch(handle(object), indices, asPlanes: planes)
        }),
      Slots.method(
        "_counts", "_counts($self)\n--\n\nImages per chunk.",
        { object, _ in ByNumber.counts(handle(object)) }),
      Slots.method(
        "_labels", "_labels($self)\n--\n\nThe labels of all images.",
        { object, _ in ByNumber.labels(handle(object)) }),
      Slots.variadic(
        "_recipe", "_recipe($self, key)\n--\n\nKeywords of load_dataset that open the same dataset.",
        { object, arguments in
          guard let key = PythonValue.argument(0, of: 1, in: arguments) else { return nil }
          let withKey = PyObject_IsTrue(key)
          return withKey < 0 ? nil : DatasetRecipe.make(dataset(object).configuration, withKey: withKey == 1)
        }),
      Slots.method(
        "__copy__", "__copy__($self)\n--\n\nThe dataset itself, which never changes.",
        { object, _ in object.map(PythonValue.retained) }),
      Slots.variadic(
        "__deepcopy__", "__deepcopy__($self, memo)\n--\n\nThe dataset itself, which never changes.",
        { object, _ in object.map(PythonValue.retained) }),
      Slots.method(
        "__reduce__", "__reduce__($self)\n--\n\nHow to open it in another process; without the key.",
        { object, _ in object.flatMap { PythonValue.call("pixcrawler._recipe", "reduce", [$0]) } }),
      Slots.method(
        "close",
        """
        close($self)
        --

        End all iterations and free what they hold. Arrays already given out stay valid.
        """,
        { object, _ in
          handle(object).close()
          return pix_none()
        }),
      Slots.method(
        "_repr_html_", "_repr_html_($self)\n--\n\nThe card for notebooks.",
        { object, _ in DatasetInfoValue.html(handle(object)) }),
      Slots.method(
        "__enter__", "__enter__($self)\n--\n\nThe dataset itself.",
        { object, _ in
          Py_IncRef(object)
          return object
        }),
      Slots.variadic(
        "__exit__", "__exit__($self, *exception)\n--\n\nClose the dataset.",
        { object, _ in
          handle(object).close()
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
        "class_counts",
        """
        How many images each label has, as a dict in the order of labels.

        Counted from the chunks' directories and metadata, fetched once, two small requests a chunk; no image is read.

        Example:
            >>> load_dataset("./pets").class_counts
            {'cat': 60, 'dog': 60}
        """,
        { object, _ in object.flatMap { PythonValue.call("pixcrawler._classes", "class_counts", [$0]) } }),
      Slots.property(
        "errors",
        """
        What on_error="skip" or "replace" has left out so far: exceptions, each image once, as they were met.

        Example:
            >>> dataset = load_dataset("./pets", on_error="skip")
            >>> for image, label in dataset:
            ...     pass
            >>> [(error.chunk_id, error.entry) for error in dataset.errors]
            []
        """,
        { object, _ in PythonValue.list(handle(object).leftOut, PythonException.make) }),
      Slots.property(
        "info", "What is known of the dataset, as a pixcrawler.DatasetInfo; print it for the card.",
        { object, _ in DatasetInfoValue.make(dataset(object)) }),
    ],
    slots: [
      (Py_tp_iter, Slots.unary { iterate($0, .sample) }),
      (Py_tp_repr, Slots.unary { represent($0) }),
      (Py_mp_length, Slots.length { count($0) }),
      (Py_mp_subscript, Slots.binary { ByNumber.item(handle($0), $1) }),
    ])

  private static func handle(_ object: PyRef?) -> DatasetHandle { HeapType<DatasetHandle>.box(of: object) }
  private static func dataset(_ object: PyRef?) -> Dataset { handle(object).dataset }

  private static func iterate(
    _ object: PyRef?, _ item: StreamIterator.Item, parts: [ChunkPart]? = nil, layout: PixelLayout = .pixels,
    dropsLast: Bool = false
  ) -> PyRef? {
    let handle = self.handle(object)
    if handle.isClosed { return PythonException.raise(.closed) }
    return StreamIterator(handle, item, parts: parts, layout: layout, dropsLast: dropsLast).object()
  }

  private static func iterateBatches(_ object: PyRef?, _ arguments: PyRef?, _ keywords: PyRef?) -> PyRef? {
    var batchSize = 32
    var dropLast: Int32 = 0
    guard pix_parse_iter_batches(arguments, keywords, &batchSize, &dropLast) != 0,
      let size = StreamArguments.batchSize(batchSize)
    else { return nil }
    return iterate(object, .batch(size), dropsLast: dropLast != 0)
  }

  private static func stream(_ object: PyRef?, _ arguments: PyRef?, _ keywords: PyRef?) -> PyRef? {
    guard let given = StreamArguments(arguments, keywords, for: dataset(object)) else { return nil }
    return iterate(
      object, given.item, parts: given.parts, layout: given.asPlanes ? .planes : .pixels, dropsLast: given.dropsLast)
  }

  private static func wholeArray(_ object: PyRef?, _ arguments: PyRef?) -> PyRef? {
    let handle = self.handle(object)
    guard let update = PythonValue.argument(0, of: 1, in: arguments), let count = ByNumber.count(handle) else {
      return nil
    }
    return WholeArray.make(handle, count: count, update: update)
  }

  /// `pixcrawler.module.function(dataset, *arguments, **keywords)`
  private static func adapter(
    _ module: String, _ function: String, _ object: PyRef?, _ arguments: PyRef?, _ keywords: PyRef?
  ) -> PyRef? {
    guard let object, let arguments else { return nil }
    let given = (0..<PyTuple_Size(arguments)).compactMap { PyTuple_GetItem(arguments, $0) }
    return PythonValue.call("pixcrawler.\(module)", function, [object] + given, keywords)
  }

  private static func count(_ object: PyRef?) -> Int {
    ByNumber.count(handle(object)) ?? -1
  }

  private static func represent(_ object: PyRef?) -> PyRef? {
    let handle = self.handle(object)
    let dataset = handle.dataset
    let classes = dataset.job.labels.map { ", \($0.count) classes" } ?? ""
    let images = dataset.imageCount.map(String.init) ?? "an unknown number of"
    return PythonValue.text(
      "<pixcrawler.Dataset '\(DatasetCard(dataset).name)': \(images) images in "
        + "\(dataset.chunks.count) chunks\(classes)\(handle.isClosed ? ", closed" : "")>")
  }
}
