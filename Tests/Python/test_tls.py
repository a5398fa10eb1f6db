"""https: certificates, HTTP/2, and forks in the middle of encrypted transfers; the host is nginx."""

import pytest

import pixcrawler
from pixcrawler import exceptions
from support import SecureNginx, fork_rounds, script


def read(dataset):
    return [(label, image.tobytes()) for image, label in dataset]


def test_a_certificate_nobody_signed_is_refused(secure):
    with pytest.raises(exceptions.NetworkError, match="certificate of .* could not be verified.*verify_ssl=False") as e:
        pixcrawler.load_dataset(secure.url)
    assert e.value.url == secure.url + "dataset.json"


def test_it_is_accepted_when_asked_to(secure, packed):
    dataset = pixcrawler.load_dataset(secure.url, verify_ssl=False)
    assert read(dataset) == read(pixcrawler.load_dataset(packed))


def test_http2_is_used_where_offered(secure):
    before = secure.log.read_text().count("\n")
    list(pixcrawler.load_dataset(secure.url, verify_ssl=False))
    lines = [line.split() for line in secure.log.read_text().splitlines()[before:]]
    assert len(lines) >= 4
    assert {protocol for protocol, *_ in lines} == {"HTTP/2.0"}


def test_parent_and_children_go_on(secure, few, numpy_python, sanitized):
    fork_rounds(secure.url.replace("photos", "few"), numpy_python, sanitized, verify_ssl=False)


def test_forks_in_the_middle_of_encrypted_transfers(secure):
    out = script(
        """
import os, sys, time
import pixcrawler

dataset = pixcrawler.load_dataset(sys.argv[1], verify_ssl=False)
whole = [hash(image.tobytes()) for image, _ in dataset]
for already in range(0, 120, 12):
    iterator = iter(dataset)
    got = [hash(next(iterator)[0].tobytes()) for _ in range(already)]
    child = os.fork()
    got += [hash(image.tobytes()) for image, _ in iterator]
    if child == 0:
        os._exit(0 if got == whole else 1)
    assert got == whole
    deadline = time.monotonic() + 60
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        assert time.monotonic() < deadline, "the child hangs"
        time.sleep(0.01)
    assert status == 0, status
print("whole")
""",
        secure.url, timeout=200)
    assert out == "whole\n"


def test_a_redirect_away_from_https_is_not_followed(packed, certificate, nginx, tmp_path):
    host = SecureNginx(
        tmp_path, packed.parent, certificate, more=f"location /gone/ {{ return 302 {nginx}/photos/dataset.json; }}")
    try:
        with pytest.raises(exceptions.NetworkError, match="leads to a place without https"):
            pixcrawler.load_dataset(host.url.replace("photos", "gone"), verify_ssl=False)
    finally:
        host.stop()
