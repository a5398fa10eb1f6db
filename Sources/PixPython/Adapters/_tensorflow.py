"""A dataset as a tf.data.Dataset."""

from ._classes import Classes
from ._require import require

tf = require("tensorflow", "tensorflow", "to_tensorflow()")

#: Images that cross into TensorFlow at once, where they have one size.
BATCH = 32


def to_tensorflow(dataset):
    """What `Dataset.to_tensorflow` gives; its help says more."""
    classes = Classes(dataset)
    facts = dataset._recipe(False)
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[facts["mode"]]
    if facts["image_size"] is not None:
        return _sized(dataset, classes, (*facts["image_size"], channels))

    def samples():
        for image, label in dataset._stream():
            yield image, classes.index(label)

    made = _counted(dataset, tf.data.Dataset.from_generator(samples, output_signature=(
        tf.TensorSpec((None, None, channels), tf.uint8), tf.TensorSpec((), tf.int64))))
    batch_of_any = made.batch

    def batch(batch_size, *options, **named):
        """tf.data.Dataset.batch, with images of the first one's shape: a batch has one, and Keras asks for it."""
        first = None
        if not (isinstance(batch_size, int) and batch_size == 1):
            first = next(dataset._stream([(0, 0, 1)] if dataset.num_images else None), None)
        same = batch_of_any if first is None else _sized(dataset, classes, first[0].shape).batch
        return same(batch_size, *options, **named)

    made.batch = batch
    return made


def _sized(dataset, classes, shape):
    """Images of one shape, which cross in batches; the engine says so where they have another."""

    def batches():
        for images, labels in dataset._stream(None, batch_size=BATCH):
            if images.shape[1:] != shape:
                raise ValueError(
                    f"an image is {images.shape[1:]} and the first one {shape}, and a batch has one shape: "
                    "load_dataset(..., image_size=(height, width)) gives every image that size")
            yield images, [classes.index(label) for label in labels]

    made = tf.data.Dataset.from_generator(batches, output_signature=(
        tf.TensorSpec((None, *shape), tf.uint8), tf.TensorSpec((None,), tf.int64)))
    # One batch ahead: the engine's own buffer lies behind it.
    return _counted(dataset, made.prefetch(1).unbatch())


def _counted(dataset, made):
    if dataset.num_images is None or dataset._recipe(False)["on_error"] == "skip":
        return made
    return made.apply(tf.data.experimental.assert_cardinality(dataset.num_images))
