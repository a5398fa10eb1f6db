"""What a dataset shows of itself: one line, and in notebooks a card."""

import base64
import html.parser
import io
import json
import re
import signal

import numpy
import pytest

from flaky_host import FlakyHost
from frameworks import needs
from pixcrawler import load_dataset
from pixcrawler._card import html as card_of
from support import KEY

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=http://example.org/x onerror=alert(1)>',
    "'; background: url(//a.b/c)",
    "&lt;&amp;",
    "line\nbreak\rand\x1b[31mred\x07\u2028",
    "\u202eright to left",
    "",
    "x" * 1_000_000,
    "\U0001f600" * 100_000,
]


class Card(html.parser.HTMLParser):
    """The rows of a card, and every tag and attribute in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.rows, self.is_over = set(), set(), [], False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes.update(attributes)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag == "table":
            self.is_over = True

    def handle_data(self, data):
        if not self.is_over:
            self.rows[-1][-1] += data


def described(folder, **facts):
    chunk = {"chunk_id": "a", "chunk_index": 0, "url": "https://example.org/a.zip?signature=s3cr3t"}
    folder.joinpath("dataset.json").write_text(json.dumps({"id": "job_1", "chunks": [chunk], **facts}))
    return load_dataset(folder)


def test_the_card_has_the_facts_that_print_shows(packed):
    dataset = load_dataset(packed)
    rows = Card(dataset._repr_html_()).rows
    assert [f"{fact}: {value}" for fact, value in rows] == str(dataset.info).splitlines()
    assert rows[0] == ["Dataset", "photos"] and len(rows) == 7
    shown = dataset._repr_html_()
    assert shown.startswith(dataset.info._repr_html_())
    assert 1 <= shown.count('<img alt="') <= 8 and len(shown.encode()) <= 200_000


@pytest.mark.parametrize("field", ["name", "id", "created_at", "labels"])
def test_what_a_stranger_wrote_is_shown_and_never_obeyed(tmp_path, field):
    for text in HOSTILE:
        dataset = described(tmp_path, **{field: [text] * 3 if field == "labels" else text})
        shown = dataset._repr_html_()
        assert len(shown.encode()) <= 200_000
        card = Card(shown)
        assert card.tags == {"table", "tbody", "tr", "th", "td", "bdi"}
        assert {name for name, _ in card.attributes} == {"style", "scope"}
        # Colours are those of the page, light or dark.
        assert not [value for _, value in card.attributes if re.search(r"color|url|//|example|alert", value)]
        lines = str(dataset.info).splitlines()
        assert [f"{fact}: {value}" for fact, value in card.rows] == lines and len(lines) == 7
        assert "\x1b" not in str(dataset.info)
        assert len(repr(dataset).splitlines()) == 1 and "\x1b" not in repr(dataset)


@needs("PIL")
def test_thumbnails_are_the_pixels_they_were_made_of(packed):
    from PIL import Image

    samples = [pair for pair, _ in zip(load_dataset(packed, image_size=(72, 96)), range(12))]
    shown = card_of({"Dataset": "photos"}, samples)
    files = [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]+)"', shown)]
    assert len(files) == 8
    for file, (pixels, _) in zip(files, samples):
        assert numpy.array_equal(numpy.asarray(Image.open(io.BytesIO(file))), pixels)


def test_thumbnails_stay_small_and_labels_are_only_shown():
    noise = numpy.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=numpy.uint8)
    for label in [*HOSTILE, None, 7, {"box": ["<b>"]}]:
        shown = card_of({"Dataset": "noise"}, [(noise, label)] * 20)
        assert 1 <= shown.count("<img") < 8 and len(shown.encode()) <= 200_000
        card = Card(shown)
        assert card.tags == {"table", "tbody", "tr", "th", "td", "bdi", "div", "span", "img"}
        assert card.attributes and {name for name, _ in card.attributes} == {
            "style", "scope", "alt", "width", "height", "src"}
        assert all(value.startswith("data:image/png;base64,") for name, value in card.attributes if name == "src")
        assert not [letter for letter in shown if not letter.isprintable()]
    assert "<img" not in card_of({"Dataset": "none"}, [])


def test_a_family_stays_together(tmp_path):
    assert "👨‍👩‍👧 família" in described(tmp_path, labels=["👨‍👩‍👧 família"])._repr_html_()


def test_many_labels_are_a_small_card(tmp_path):
    dataset = described(tmp_path, labels=[f"label-{number}-" + "é" * 500 for number in range(20_000)])
    assert len(dataset._repr_html_().encode()) <= 200_000
    assert "(20000 classes)" in dataset._repr_html_()


def test_no_key_and_no_signed_address(server, tmp_path):
    with load_dataset("photos", api_key=KEY, base_url=server.url) as dataset:
        next(iter(dataset))
        assert KEY not in dataset._repr_html_() + repr(dataset) + repr(dataset.info) + str(dataset.info)
        assert "http" not in dataset._repr_html_()
    dataset = described(tmp_path)
    assert "s3cr3t" not in dataset._repr_html_() + repr(dataset) + repr(dataset.info)


def test_one_line(tmp_path):
    assert repr(described(tmp_path)) == "<pixcrawler.Dataset 'job_1': an unknown number of images in 1 chunks>"
    dataset = described(tmp_path, name="a\nb", num_images=5, labels=["cat", "dog"])
    assert repr(dataset) == "<pixcrawler.Dataset 'a b': 5 images in 1 chunks, 2 classes>"


def test_ipython_fetches_nothing_to_show_it(packed):
    from IPython.core.interactiveshell import InteractiveShell

    formatter = InteractiveShell.instance().display_formatter
    with FlakyHost(packed.parent) as host, load_dataset(f"{host.url}/photos/") as dataset:
        asked = len(host.requests)
        for shown in (dataset, dataset.info):
            shapes, _ = formatter.format(shown)
            assert set(shapes) == {"text/plain", "text/html"}
            assert "photos" in shapes["text/plain"] and shapes["text/html"] == dataset._repr_html_()
        assert len(host.requests) == asked


def test_thumbnails_are_given_up_for_ctrl_c_and_done_without_for_anything_else(packed):
    def interrupt(*_):
        raise KeyboardInterrupt

    with FlakyHost(packed) as host:
        dataset = load_dataset(host.url)
        dataset[0]
        assert "<img" in dataset._repr_html_()
        host.faults["/chunks/chunk_0000.zip"] = [404] * 20
        card = dataset._repr_html_()
        assert "<img" not in card and "photos" in card
        host.faults["/chunks/chunk_0000.zip"] = [("stall",)] * 20
        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(KeyboardInterrupt):
                dataset._repr_html_()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
