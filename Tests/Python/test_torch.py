"""to_torch() under torch's own DataLoader: by number and as a stream, in every kind of process."""

import copy
import json
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import warnings
import zipfile

import numpy
import pytest

from flaky_host import FlakyHost
from frameworks import needs
from pixcrawler import exceptions, load_dataset
from support import BINARY, KEY

torch = pytest.importorskip("torch", reason="not installed here: torch")

from torch.utils.data import (  # noqa: E402
    ConcatDataset, DataLoader, DistributedSampler, Subset, WeightedRandomSampler, random_split)

# More threads than that get in each other's way where many processes share few cores.
torch.set_num_threads(1)
# Workers of this kind find torch imported, and begin at once.
multiprocessing.get_context("forkserver").set_forkserver_preload(["torch"])

pytestmark = pytest.mark.filterwarnings(
    "error",
    # Of machines with fewer cores than workers, and without an accelerator.
    "ignore:This DataLoader will create:UserWarning",
    "ignore:'pin_memory' argument is set as true but no accelerator is found:UserWarning")

SIZE = 32
METHODS = ["fork", "spawn", "forkserver"]


@pytest.fixture(scope="module")
def small(packed):
    """The photographs at 32 x 32, the dataset and by an item's bytes its number."""
    dataset = load_dataset(packed, image_size=SIZE)
    numbers = {}
    for number, (image, _) in enumerate(dataset):
        numbers[torch.from_numpy(image).permute(2, 0, 1).contiguous().float().div(255).numpy().tobytes()] = number
    assert len(numbers) == 120
    return dataset, numbers


def numbers_of(batches, numbers):
    return [numbers[image.numpy().tobytes()] for images, _ in batches for image in images]


# Items


def test_items_are_what_pillow_and_totensor_make(packed, decoded):
    dataset = load_dataset(packed)
    images = dataset.to_torch()
    assert images.classes == dataset.labels == sorted(set(decoded.labels))
    assert images.class_to_idx == {name: place for place, name in enumerate(images.classes)}
    assert images.targets == [images.classes.index(label) for label in decoded.labels]
    assert len(images) == 120
    wanted = torch.from_numpy(decoded.pixels.transpose(0, 3, 1, 2)).contiguous().to(torch.float32).div(255)
    for items in ([images[i] for i in range(120)], images.__getitems__(range(120)), dataset.to_torch(streaming=True)):
        for (image, target), pixels, wanted_target in zip(items, wanted, images.targets, strict=True):
            assert (image.dtype, image.shape, type(target)) == (torch.float32, (3, 120, 160), int)
            assert torch.equal(image, pixels) and target == wanted_target


def test_a_batch_trains_a_model(packed):
    loader = DataLoader(load_dataset(packed).to_torch(), batch_size=32, shuffle=True)
    images, targets = next(iter(loader))
    assert (images.dtype, images.shape, targets.dtype, targets.shape) == (
        torch.float32, (32, 3, 120, 160), torch.int64, (32,))
    assert images.is_contiguous() and 0 <= images.min() and images.max() <= 1
    model = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(48, 12))
    torch.nn.CrossEntropyLoss()(model(images), targets).backward()


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGBA", 4)])
def test_modes(packed, mode, channels):
    images = load_dataset(packed, mode=mode).to_torch()
    assert images[0][0].shape == (channels, 120, 160)
    assert images.__getitems__([3, 1])[1][0].shape == (channels, 120, 160)
    shapes = [image.shape for image, _ in load_dataset(packed, mode=mode).to_torch(lambda image: image)]
    assert set(shapes) == {(120, 160, channels)}


def test_numbers(packed):
    images = load_dataset(packed).to_torch()
    for number, same in ((-1, 119), (-120, 0), (numpy.int64(7), 7), (torch.tensor(7), 7)):
        assert torch.equal(images[number][0], images[same][0])
    for number in (120, -121):
        with pytest.raises(IndexError):
            images[number]
    with pytest.raises(TypeError):
        images["cat"]
    assert [int(target) for _, target in images] == images.targets, "the old protocol of numbers up to IndexError"


def test_a_transform_is_given_an_array_of_its_own(packed, decoded):
    kept = []
    images = load_dataset(packed).to_torch(transform=kept.append)
    images.__getitems__(range(16))
    images[16]
    next(iter(load_dataset(packed, image_size=(120, 160)).to_torch(kept.append, streaming=True)))
    for image, pixels in zip(kept, [*decoded.pixels[:17], decoded.pixels[0]]):
        assert (type(image), image.dtype, image.shape) == (numpy.ndarray, numpy.uint8, (120, 160, 3))
        assert image.flags.writeable and image.flags.c_contiguous and numpy.array_equal(image, pixels)
    owners = [image.base.base if isinstance(image.base, numpy.ndarray) else image.base for image in kept[:16]]
    assert all(owner is None or memoryview(owner).nbytes == 57600 for owner in owners), "no view of a whole batch"


def test_target_transform_and_attributes_that_are_set_later(packed):
    images = load_dataset(packed).to_torch(target_transform=lambda target: -target)
    assert images[5][1] == -images.targets[5]
    images.transform, images.target_transform = str, str
    assert isinstance(images[0][0], str) and images[0][1] == str(images.targets[0])


def labelled(folder, labels, described=None):
    """A dataset of small images with these labels in its metadata.json."""
    from PIL import Image

    names = [f"{number}.png" for number in range(len(labels))]
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        told = [{"filename": name, "label": label} for name, label in zip(names, labels)]
        archive.writestr("metadata.json", json.dumps({"images": told}))
        for number, name in enumerate(names):
            with archive.open(name, "w") as file:
                Image.new("RGB", (8, 6), (number, 0, 0)).save(file, "PNG")
    job = {"id": "labelled", "chunks": [{"chunk_id": "a", "chunk_index": 0, "url": "a.zip"}]}
    if described is not None:
        job["labels"] = described
    (folder / "dataset.json").write_text(json.dumps(job))
    return load_dataset(folder)


@needs("PIL")
def test_labels_of_every_kind(tmp_path):
    images = labelled(tmp_path, ["dog", None, "cat", 7, 0]).to_torch()
    assert images.classes == ["cat", "dog"], "found in the metadata"
    assert images.targets == [1, -1, 0, 7, 0]
    assert [target for _, target in images.__getitems__(range(5))] == images.targets
    assert len(images) == 5, "counted in the directory"


@needs("PIL")
def test_labels_that_are_numbers_by_name(tmp_path):
    assert labelled(tmp_path, [30, 4, "30"], described=["30", "4"]).to_torch().targets == [0, 1, 0]


@needs("PIL")
def test_a_label_that_is_no_class(tmp_path):
    images = labelled(tmp_path, ["cat", "unicorn"], described=["cat", "dog"]).to_torch()
    with pytest.raises(ValueError, match="'unicorn' is not among the 2 classes .*'cat', 'dog'.*add it to \"labels\""):
        images[1]
    assert images[0][1] == 0


@needs("PIL")
def test_other_labels_are_for_target_transform(tmp_path):
    dataset = labelled(tmp_path, [{"box": [1, 2]}, [3], True, 0.5])
    for number in range(4):
        with pytest.raises(TypeError, match="target_transform"):
            dataset.to_torch()[number]
    images = dataset.to_torch(target_transform=repr)
    assert [images[number][1] for number in range(4)] == ["{'box': [1, 2]}", "[3]", "True", "0.5"]


def test_arguments_that_make_no_sense(packed):
    with pytest.raises(ValueError, match="DataLoader.*shuffle=True"):
        load_dataset(packed).to_torch(shuffle=True)
    with pytest.raises(TypeError):
        load_dataset(packed).to_torch(surprise=1)


def test_unequal_shapes_are_refused_by_a_batch_alone(datasets):
    images = load_dataset(os.path.join(datasets, "shapes")).to_torch()
    assert [image.shape for image, _ in images.__getitems__([0, 1, 2])] == [(3, 24, 32), (3, 10, 20), (3, 24, 32)]
    assert [image.shape for image, _ in images] == [(3, 24, 32), (3, 10, 20), (3, 24, 32)]


# Loaders


@pytest.mark.parametrize("streaming", [False, True], ids=["map", "streaming"])
@pytest.mark.parametrize("shuffle", [False, True], ids=["ordered", "shuffled"])
@pytest.mark.parametrize(("workers", "method"), [(0, None)] + [(n, method) for n in (2, 4) for method in METHODS])
def test_each_sample_exactly_once(small, streaming, shuffle, workers, method):
    """Three epochs each. Workers that were not forked stay between epochs: to begin anew costs them imports."""
    dataset, numbers = small
    images = dataset.to_torch(streaming=True, shuffle=shuffle) if streaming else dataset.to_torch()
    loader = DataLoader(
        images, batch_size=16, shuffle=None if streaming else shuffle, num_workers=workers,
        multiprocessing_context=method, persistent_workers=method in ("spawn", "forkserver"),
        timeout=60 if workers else 0)
    epochs = [numbers_of(loader, numbers) for _ in range(3)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(120))] * 3
    if shuffle:
        assert len({tuple(epoch) for epoch in epochs}) == 3
    else:
        assert epochs[0] == epochs[1] == epochs[2]
        if not streaming or not workers:
            assert epochs[0] == list(range(120))


@pytest.mark.parametrize("streaming", [False, True], ids=["map", "streaming"])
def test_workers_that_stay_and_pinned_memory(small, streaming):
    dataset, numbers = small
    loader = DataLoader(
        dataset.to_torch(streaming=streaming, shuffle=streaming), batch_size=7, num_workers=2, persistent_workers=True,
        pin_memory=True, prefetch_factor=3, timeout=60)
    assert [sorted(numbers_of(loader, numbers)) for _ in range(3)] == [list(range(120))] * 3


def test_splits_subsets_and_samplers(small):
    dataset, numbers = small
    images = dataset.to_torch()
    parts = random_split(images, [0.8, 0.2], generator=torch.Generator().manual_seed(1))
    assert [len(part) for part in parts] == [96, 24]
    assert sorted(sum((numbers_of(DataLoader(part, 10), numbers) for part in parts), [])) == list(range(120))
    assert numbers_of(DataLoader(Subset(images, [5, 119, 5]), 2), numbers) == [5, 119, 5]
    ranks = [
        numbers_of(DataLoader(images, 10, sampler=DistributedSampler(images, 2, rank, seed=3)), numbers)
        for rank in range(2)]
    assert sorted(sum(ranks, [])) == list(range(120))
    both = ConcatDataset([images, images])
    assert numbers_of(DataLoader(Subset(both, [0, 120, 239]), 3), numbers) == [0, 0, 119]
    wood = images.class_to_idx["wood"]
    sampler = WeightedRandomSampler([float(target == wood) for target in images.targets], 20)
    assert {int(target) for _, targets in DataLoader(images, 5, sampler=sampler) for target in targets} == {wood}


def test_an_early_end_and_a_new_start(small):
    dataset, numbers = small
    for streaming in (False, True):
        loader = DataLoader(dataset.to_torch(streaming=streaming), batch_size=8, num_workers=2, timeout=60)
        for _ in range(3):
            assert numbers_of([next(iter(loader))], numbers) == list(range(8))
        assert sorted(numbers_of(loader, numbers)) == list(range(120))


def test_an_error_in_a_worker_says_what_it_says_here(datasets, small):
    dataset = load_dataset(os.path.join(datasets, "good"), image_size=8)
    loader = DataLoader(dataset.to_torch(transform=fail), batch_size=2, num_workers=1, timeout=60)
    with pytest.raises(exceptions.DecompressionError, match="of the test") as error:
        list(loader)
    assert error.value.entry is None or error.value.entry == "cat/0.jpg"


def fail(image):
    raise exceptions.DecompressionError("of the test", entry="cat/0.jpg")


# Streams


def test_the_length_of_a_stream_is_that_of_its_rank(small):
    dataset, _ = small
    stream = dataset.to_torch(streaming=True)
    assert len(stream) == 120 and len(DataLoader(stream, batch_size=16, num_workers=2)) == 8
    # Not a warning that there is more than was said: warnings are errors here.
    assert len(list(DataLoader(stream, batch_size=None, num_workers=2, timeout=60))) == 120
    with pytest.raises(ValueError, match="shuffle"):
        DataLoader(stream, shuffle=True)


def test_parts_of_every_size(small):
    """Any number of ranks and workers: contiguous parts whose sizes differ by one at most."""
    from pixcrawler._torch_stream import _parts, _share

    counts = [50, 0, 50, 20]
    for ranks in (1, 2, 3, 7, 130):
        for workers in (1, 2, 5):
            seen, sizes = [], []
            for rank in range(ranks):
                first, end = _share(120, rank, ranks)
                for worker in range(workers):
                    share = _share(end - first, worker, workers)
                    parts = _parts(counts, first + share[0], first + share[1])
                    numbers = [sum(counts[:chunk]) + place for chunk, a, b in parts for place in range(a, b)]
                    seen += numbers
                    sizes.append(len(numbers))
            assert seen == list(range(120)) and max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_two_ranks_of_the_environment_and_their_workers(small, monkeypatch, method):
    dataset, numbers = small
    monkeypatch.setenv("WORLD_SIZE", "2")
    seen = []
    for rank in ("0", "1"):
        monkeypatch.setenv("RANK", rank)
        stream = dataset.to_torch(streaming=True, shuffle=True)
        assert len(stream) == 60
        loader = DataLoader(stream, batch_size=16, num_workers=2, multiprocessing_context=method, timeout=60)
        seen.append(numbers_of(loader, numbers))
    assert sorted(seen[0]) == list(range(60)) and sorted(seen[1]) == list(range(60, 120))


DISTRIBUTED = """
import sys
import torch
from pixcrawler import load_dataset
from torch.utils.data import DataLoader

def main():
    rank, port, folder, method = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    torch.distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    stream = load_dataset(folder, image_size=8).to_torch(lambda image: 0, streaming=True)
    loader = DataLoader(stream, 16, num_workers=1, multiprocessing_context=method, timeout=60)
    count = torch.tensor(sum(len(images) for images, _ in loader))
    assert (len(stream), int(count)) == (60, 60), (len(stream), count)
    torch.distributed.all_reduce(count)
    print(int(count))
    torch.distributed.destroy_process_group()

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_two_ranks_of_torch_distributed(packed, tmp_path, method):
    """Whose workers know their rank, forked or not."""
    from support import free_port

    (tmp_path / "rank.py").write_text(
        DISTRIBUTED if method == "fork" else DISTRIBUTED.replace("lambda image: 0", "len"))
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE")}
    ranks = [
        subprocess.Popen(
            [BINARY, "run", "--python", sys.executable, tmp_path / "rank.py", str(rank), str(port), packed, method],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for rank in range(2)]
    for rank in ranks:
        out, err = rank.communicate(timeout=120)
        assert (rank.returncode, out) == (0, "120\n"), err


def test_epochs_of_a_stream(small):
    dataset, numbers = small
    stream = dataset.to_torch(streaming=True, shuffle=True, seed=5)

    def order(stream):
        return numbers_of([(image[None], 0) for image, _ in stream], numbers)

    epochs = [order(stream) for _ in range(3)]
    assert len(set(map(tuple, epochs))) == 3
    again = dataset.to_torch(streaming=True, shuffle=True, seed=5)
    again.set_epoch(1)
    assert [order(again), order(again)] == epochs[1:], "the order follows from seed and epoch"
    again.set_epoch(0)
    assert order(again) == epochs[0]
    assert order(dataset.to_torch(streaming=True, shuffle=True, seed=6)) != epochs[0]
    # Not merely chunk after chunk.
    assert sum(abs(b - a) > 50 for a, b in zip(epochs[0], epochs[0][1:])) > 20


@pytest.mark.parametrize("stays", [False, True])
def test_set_epoch_reaches_workers(small, stays):
    dataset, numbers = small
    loader = DataLoader(
        dataset.to_torch(streaming=True, shuffle=True), batch_size=16, num_workers=2, persistent_workers=stays,
        timeout=60)
    epochs = []
    for epoch in (0, 1, 0):
        loader.dataset.set_epoch(epoch)
        epochs.append(numbers_of(loader, numbers))
    assert epochs[0] == epochs[2] != epochs[1]


def test_epochs_nobody_sets_follow_torchs_seed(small):
    dataset, numbers = small

    def epochs():
        torch.manual_seed(11)
        loader = DataLoader(
            dataset.to_torch(streaming=True, shuffle=True), batch_size=16, num_workers=2, timeout=60)
        return [numbers_of(loader, numbers) for _ in range(2)]

    first, second = epochs()
    assert first != second and epochs() == [first, second]


def test_what_is_drawn_from_is_bounded(packed, monkeypatch):
    from pixcrawler import _torch_stream

    monkeypatch.setattr(_torch_stream, "DRAWN_FROM_BYTES", 5 * 120 * 160 * 3)
    kept = [image for image, _ in load_dataset(packed, image_size=(120, 160)).to_torch(
        lambda image: image, streaming=True, shuffle=True)]
    assert len({image.tobytes() for image in kept}) == 120
    assert all(image.base is None or memoryview(image.base).nbytes == 57600 for image in kept)


# How they travel


@pytest.mark.parametrize("streaming", [False, True], ids=["map", "streaming"])
def test_pickles_are_small_and_without_the_key(server, small, monkeypatch, streaming):
    dataset = load_dataset("photos", KEY, server.url, image_size=SIZE)
    images = dataset.to_torch(streaming=streaming)
    data = pickle.dumps(images)
    assert len(data) < 4096 and KEY.encode() not in data
    monkeypatch.setenv("PIXCRAWLER_API_KEY", KEY)
    twin = pickle.loads(data)
    assert "photos" in repr(twin)
    assert KEY.encode() not in pickle.dumps(twin)
    _, numbers = small
    assert numbers_of(DataLoader(twin, 32), numbers) == list(range(120))
    assert pickle.loads(pickle.dumps(dataset)).num_images == 120 and KEY.encode() not in pickle.dumps(dataset)
    monkeypatch.delenv("PIXCRAWLER_API_KEY")
    lost = pickle.loads(data)
    with pytest.raises(exceptions.AuthenticationError):
        next(iter(DataLoader(lost, 32)))


def test_a_relative_path_is_found_from_another_folder(packed, monkeypatch, tmp_path):
    monkeypatch.chdir(packed.parent)
    dataset = load_dataset(packed.name)
    pickles = [pickle.dumps(thing) for thing in (dataset, dataset.to_torch())]
    monkeypatch.chdir(tmp_path)
    assert [len(pickle.loads(data)) for data in pickles] == [120, 120]


@pytest.mark.parametrize("method", METHODS)
def test_the_key_goes_to_workers(server, small, method):
    _, numbers = small
    dataset = load_dataset("photos", KEY, server.url, image_size=SIZE)
    loader = DataLoader(dataset.to_torch(), 32, num_workers=1, multiprocessing_context=method, timeout=60)
    assert numbers_of(loader, numbers) == list(range(120))


def keyless(images, answers):
    answers.put(pickle.dumps(images))


def test_a_worker_passes_the_key_on_to_nobody(server):
    """What came with the key, and was not opened yet, is pickled without it."""
    images = load_dataset("photos", KEY, server.url).to_torch()
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=keyless, args=(images, answers))
    process.start()
    assert KEY.encode() not in answers.get(timeout=60)
    process.join(timeout=60)
    assert process.exitcode == 0


def test_copies_share_the_dataset(server):
    images = load_dataset("photos", KEY, server.url).to_torch(transform=[1].__add__)
    for make in (copy.copy, copy.deepcopy):
        twin = make(images)
        twin.transform = None
        assert torch.equal(twin[0][0], images._dataset.to_torch()[0][0]) and images.transform is not None
    stream = load_dataset("photos", KEY, server.url).to_torch(streaming=True, shuffle=True)
    twin = copy.copy(stream)
    twin.set_epoch(7)
    assert stream._set.tolist() == [0, 0] and len(list(twin)) == 120


def test_repr(packed):
    dataset = load_dataset(packed)
    assert repr(dataset.to_torch()) == f"TorchDataset({dataset!r})"
    assert repr(dataset.to_torch(len, target_transform=abs)) == (
        f"TorchDataset({dataset!r}, transform=<built-in function len>, target_transform=<built-in function abs>)")
    assert repr(dataset.to_torch(streaming=True, shuffle=True, seed=3)) == (
        f"TorchStream({dataset!r}, streaming=True, shuffle=True, seed=3)")


# torchvision


@pytest.fixture(scope="module")
def torchvision():
    import vision

    try:
        vision.make_importable()
    except ImportError as error:
        pytest.skip(f"torchvision cannot be imported here: {error}")
    import torchvision

    return torchvision


@needs("torchvision", "PIL")
def test_transforms_of_torchvision(torchvision, packed):
    from torchvision import transforms
    from torchvision.transforms import v2

    dataset = load_dataset(packed)
    plain = dataset.to_torch()
    raw = dataset.to_torch(lambda image: image)
    same = dataset.to_torch(transforms.ToTensor())
    pictures = dataset.to_torch(transforms.ToPILImage())
    second = dataset.to_torch(v2.Compose([v2.ToImage(), v2.ToDtype(torch.uint8)]))
    for number in range(0, 120, 7):
        assert torch.equal(same[number][0], plain[number][0])
        assert numpy.array_equal(numpy.asarray(pictures[number][0]), raw[number][0])
        assert numpy.array_equal(second[number][0].permute(1, 2, 0).numpy(), raw[number][0])
    grown = dataset.to_torch(transforms.Compose([
        transforms.ToPILImage(), transforms.Resize((64, 48)), transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.5] * 3)]))
    images, _ = next(iter(DataLoader(grown, 8, shuffle=True)))
    assert images.shape == (8, 3, 64, 48) and images.min() < 0
    gray = load_dataset(packed, mode="L").to_torch(transforms.Compose(
        [transforms.ToPILImage(), transforms.ToTensor()]))
    assert gray[0][0].shape == (1, 120, 160)


@needs("torchvision", "PIL")
def test_it_has_what_imagefolder_has(torchvision, packed, photos):
    folder = torchvision.datasets.ImageFolder(photos)
    images = load_dataset(packed).to_torch()
    assert (images.classes, images.class_to_idx) == (folder.classes, folder.class_to_idx)
    assert sorted(images.targets) == sorted(folder.targets) and len(images) == len(folder)


# On the wire


def asked_for(host):
    """The bytes of each answer to a request for a chunk."""
    sizes = []
    for _, path, headers in host.requests:
        if path.endswith(".zip"):
            whole = os.path.getsize(host.folder + path)
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("Range", "bytes=0-"))
            sizes.append(min(int(asked[2] or whole), whole - 1) - int(asked[1]) + 1)
    return sizes


def image_bytes(packed):
    total = 0
    for chunk in packed.glob("chunks/*.zip"):
        with zipfile.ZipFile(chunk) as archive:
            total += sum(entry.compress_size for entry in archive.infolist() if entry.filename != "metadata.json")
    return total


def test_lengths_and_splits_read_no_chunk(packed):
    with FlakyHost(packed.parent) as host:
        images = load_dataset(f"{host.url}/photos/").to_torch()
        assert len(images) == 120 and len(images.classes) == 12
        parts = random_split(images, [100, 20])
        loader = DataLoader(parts[0], 32, shuffle=True)
        assert len(loader) == 4 and len(DataLoader(images.__copy__(), 32, num_workers=2)) == 4
        assert asked_for(host) == []
        assert len(load_dataset(f"{host.url}/photos/").to_torch(streaming=True)) == 120
        assert asked_for(host) == []
        # Targets come from directories and metadata.json.
        assert len(images.targets) == 120
        assert sum(asked_for(host)) < 0.15 * image_bytes(packed)


def test_what_a_shuffled_epoch_reads(packed):
    with FlakyHost(packed.parent) as host:
        loader = DataLoader(load_dataset(f"{host.url}/photos/").to_torch(), 16, shuffle=True)
        for epoch in range(3):
            host.requests.clear()
            assert sum(len(images) for images, _ in loader) == 120
            assert sum(asked_for(host)) <= 1.1 * image_bytes(packed), f"epoch {epoch}"
            if epoch:
                assert len(asked_for(host)) <= 120


def test_a_host_without_ranges(packed, small):
    _, numbers = small
    with FlakyHost(packed.parent, ranges=False) as host:
        images = load_dataset(f"{host.url}/photos/", image_size=SIZE).to_torch()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for _ in range(2):
                assert sorted(numbers_of(DataLoader(images, 16, shuffle=True), numbers)) == list(range(120))
        told = [warning for warning in caught if warning.category is exceptions.PixCrawlerWarning]
        assert len(told) == 1 and "Range" in str(told[0].message)
        assert sum(asked_for(host)) <= 2.2 * sum(path.stat().st_size for path in packed.glob("chunks/*.zip"))


# What cannot be read


@pytest.fixture
def spoiled(packed, tmp_path):
    """The photographs with the image data of two of them overwritten, and the numbers of those."""
    import shutil

    folder = tmp_path / "spoiled"
    shutil.copytree(packed, folder)
    path = folder / "chunks/chunk_0000.zip"
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename != "metadata.json"]
    data = bytearray(path.read_bytes())
    for number in (3, 4):
        start = entries[number].header_offset + 30 + len(entries[number].filename)
        data[start + 8 : start + entries[number].compress_size] = bytes(entries[number].compress_size - 8)
    path.write_bytes(data)
    return folder


def test_a_bad_image_by_number(spoiled, small):
    _, numbers = small
    images = load_dataset(spoiled, image_size=SIZE).to_torch()
    with pytest.raises(exceptions.DecompressionError) as error:
        images.__getitems__([1, 3])
    assert error.value.entry and error.value.chunk_id == "chunk_0000"

    dataset = load_dataset(spoiled, image_size=SIZE, on_error="skip")
    images = dataset.to_torch()
    assert len(images.__getitems__([1, 3, 4, 5])) == 2
    assert sorted(numbers_of(DataLoader(images, 16, shuffle=True), numbers)) == [0, 1, 2, *range(5, 120)]
    for bad in (lambda: images[3], lambda: images.__getitems__([3, 4])):
        with pytest.raises(exceptions.PixCrawlerError, match="on_error=\"skip\""):
            bad()
    assert len(dataset.errors) == 2

    images = load_dataset(spoiled, image_size=SIZE, on_error="replace").to_torch()
    assert numbers_of(DataLoader(images, 6), numbers)[:6] == [0, 1, 2, 5, 5, 5]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_image_in_a_stream(spoiled, small, workers):
    _, numbers = small
    for on_error, wanted in (("skip", [0, 1, 2, *range(5, 120)]), ("replace", [0, 1, 2, 5, 5, *range(5, 120)])):
        stream = load_dataset(spoiled, image_size=SIZE, on_error=on_error).to_torch(streaming=True)
        loader = DataLoader(stream, 16, num_workers=workers, timeout=60 if workers else 0)
        assert sorted(numbers_of(loader, numbers)) == wanted


def test_a_batch_is_not_copied_again(packed):
    import pickle

    from torch.utils.data import default_collate

    dataset = load_dataset(packed, image_size=16).to_torch()
    items = dataset.__getitems__(range(40, 48))
    stacked = torch.stack([image for image, _ in items])
    images, classes = default_collate(items)
    assert images.data_ptr() == items[0][0].data_ptr() and torch.equal(images, stacked)
    assert classes.tolist() == [label for _, label in items] and classes.dtype == torch.int64
    # A part in order is a view of it, too; anything else is copied, as ever.
    assert default_collate(items[2:5])[0].data_ptr() == items[2][0].data_ptr()
    others = dataset.__getitems__([3, 4])
    for mixed in (items[::-1], items[::2], [*items[:2], *others], [items[0], items[0]]):
        images, classes = default_collate(mixed)
        assert torch.equal(images, torch.stack([image for image, _ in mixed]))
        assert images.data_ptr() != mixed[0][0].data_ptr()
        assert classes.tolist() == [label for _, label in mixed]
    # An item is a tuple like any other, and does not take its batch along.
    assert isinstance(items[0], tuple) and len(items[0]) == 2
    again = pickle.loads(pickle.dumps(items[0]))
    assert type(again) is tuple and torch.equal(again[0], items[0][0]) and again[1] == items[0][1]
