"""A dataset as a tf.data.Dataset."""

from ._classes import Classes
from ._require import require

tf = require("tensorflow", "tensorflow", "to_tensorflow()")

#: Images that cross into TensorFlow at once, where they have one size.
BATCH = 32


def to_tensorflow(dataset):
    """What `Dataset.to_tensorflow` gives; its help says more."""
    classes = Classes(dataset)
    facts = dataset._facts
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[facts["mode"]]
    size = facts["image_size"]

    if size is None:

        def samples():
            for image, label in dataset._stream():
                yield image, classes.index(label)

        made = tf.data.Dataset.from_generator(samples, output_signature=(
            tf.TensorSpec((None, None, channels), tf.uint8), tf.TensorSpec((), tf.int64)))
    else:

        def batches():
            for images, labels in dataset._stream(None, batch_size=BATCH):
                yield images, [classes.index(label) for label in labels]

        made = tf.data.Dataset.from_generator(batches, output_signature=(
            tf.TensorSpec((None, *size, channels), tf.uint8), tf.TensorSpec((None,), tf.int64)))
        # One batch ahead: the engine's own buffer lies behind it.
        made = made.prefetch(1).unbatch()

    if dataset.num_images is not None and facts["on_error"] != "skip":
        made = made.apply(tf.data.experimental.assert_cardinality(dataset.num_images))
    return made
