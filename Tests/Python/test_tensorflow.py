"""to_tensorflow() under TensorFlow's own pipelines and Keras."""

import os
import warnings

import numpy
import pytest

from pixcrawler import load_dataset

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of TensorFlow's own modules
    tf = pytest.importorskip("tensorflow", reason="not installed here: tensorflow-cpu")

pytestmark = pytest.mark.filterwarnings("error", "ignore:`shuffle=True` was passed, but will be ignored:UserWarning")


def test_elements_are_what_pillow_decodes(packed, decoded):
    dataset = load_dataset(packed)
    made = dataset.to_tensorflow()
    assert made.element_spec == (tf.TensorSpec((None, None, 3), tf.uint8), tf.TensorSpec((), tf.int64))
    assert int(made.cardinality()) == len(made) == 120
    elements = list(made.as_numpy_iterator())
    assert len(elements) == 120
    for (image, target), pixels, label in zip(elements, decoded.pixels, decoded.labels):
        assert image.dtype == numpy.uint8 and numpy.array_equal(image, pixels)
        assert target.dtype == numpy.int64 and dataset.labels[target] == label


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1), ("RGBA", 4)])
def test_a_given_size(packed, mode, channels):
    dataset = load_dataset(packed, image_size=(24, 32), mode=mode)
    made = dataset.to_tensorflow()
    assert made.element_spec[0] == tf.TensorSpec((24, 32, channels), tf.uint8)
    assert int(made.cardinality()) == 120
    for (image, target), (wanted, label) in zip(made, dataset, strict=True):
        assert numpy.array_equal(image.numpy(), wanted) and dataset.labels[int(target)] == label


@pytest.mark.parametrize("size", [None, 16])
def test_pipelines(packed, size):
    dataset = load_dataset(packed, image_size=size)
    made = dataset.to_tensorflow()
    labels = [dataset.labels.index(label) for _, label in dataset]

    def targets(part):
        return [int(target) for _, target in part]

    assert targets(made.take(7)) == labels[:7]
    assert targets(made.skip(100)) == labels[100:]
    assert targets(made.repeat(3)) == labels * 3
    assert targets(made) == labels, "again from the beginning"
    mapped = made.map(lambda image, target: (tf.cast(image, tf.float32) / 255, target)).shuffle(50, seed=1)
    assert sorted(targets(mapped.prefetch(2))) == sorted(labels) and int(mapped.cardinality()) == 120
    side = size or 120
    batches = list(made.batch(32).prefetch(tf.data.AUTOTUNE))
    assert [tuple(images.shape) for images, _ in batches] == [(n, side, size or 160, 3) for n in (32, 32, 32, 24)]
    assert [int(target) for _, targets in batches for target in targets] == labels
    assert len(made.batch(50, drop_remainder=True)) == 2
    assert next(iter(made.batch(1)))[0].shape == (1, side, size or 160, 3)


def test_batches_have_a_shape_that_keras_can_build_on(packed):
    batched = load_dataset(packed).to_tensorflow().batch(32)
    assert batched.element_spec[0].shape.as_list() == [None, 120, 160, 3]
    model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(12, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    history = model.fit(batched, epochs=3, verbose=0)
    assert len(history.history["loss"]) == 3


def test_images_of_unequal_shapes(datasets):
    dataset = load_dataset(os.path.join(datasets, "shapes"))
    made = dataset.to_tensorflow()
    assert [tuple(image.shape) for image, _ in made] == [(24, 32, 3), (10, 20, 3), (24, 32, 3)]
    assert [tuple(images.shape) for images, _ in made.batch(1)] == [
        (1, 24, 32, 3), (1, 10, 20, 3), (1, 24, 32, 3)]
    with pytest.raises(tf.errors.OpError, match=r"\(24, 32, 3\).*\(10, 20, 3\)[\s\S]*image_size"):
        list(made.batch(3))
    resized = load_dataset(os.path.join(datasets, "shapes"), image_size=8).to_tensorflow()
    assert next(iter(resized.batch(3)))[0].shape == (3, 8, 8, 3)


def test_what_is_not_known_is_not_asserted(datasets, packed):
    unknown = load_dataset(os.path.join(datasets, "deflated")).to_tensorflow()
    assert unknown.cardinality() == tf.data.UNKNOWN_CARDINALITY
    assert [int(target) for _, target in unknown] == [0] * 6
    skipping = load_dataset(packed, on_error="skip").to_tensorflow()
    assert skipping.cardinality() == tf.data.UNKNOWN_CARDINALITY


def test_no_label_is_class_minus_one(datasets):
    dataset = load_dataset(os.path.join(datasets, "label_missing"))
    assert [int(target) for _, target in dataset.to_tensorflow()] == [-1]


def test_an_error_says_what_it_says_elsewhere(datasets):
    made = load_dataset(os.path.join(datasets, "labels")).to_tensorflow()
    with pytest.raises(tf.errors.OpError, match="only a str, an int or None has a class index"):
        list(made)


def test_two_at_once_and_early_ends(packed):
    made = load_dataset(packed, image_size=16).to_tensorflow()
    pairs = list(zip(made, made))
    assert len(pairs) == 120 and all(numpy.array_equal(a, b) for (a, _), (b, _) in pairs)
    for _ in range(5):
        next(iter(made))
    assert sum(1 for _ in made) == 120
