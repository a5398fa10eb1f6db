"""What can go wrong with a dataset.

Every exception carries its evidence as attributes, None where it does not apply, and pickles:

- ``chunk_id``: the chunk, as the dataset's description calls it
- ``entry``: the file inside the chunk
- ``declared``, ``found``: what was promised and what was there, as text
- ``status``: the HTTP status
- ``url``: the address, without its query
- ``progress``: how far a job is, in percent

Example:
    >>> from pixcrawler.exceptions import DownloadError, PixCrawlerError
    >>> issubclass(DownloadError, PixCrawlerError)
    True
    >>> DownloadError("chunk_0001 was cut short", chunk_id="chunk_0001").chunk_id
    'chunk_0001'
"""

__all__ = [
    "PixCrawlerError",
    "AuthenticationError",
    "NotFoundError",
    "JobNotCompleteError",
    "DownloadError",
    "DecompressionError",
    "NetworkError",
    "DatasetTooLargeError",
    "PixCrawlerWarning",
]

_EVIDENCE = ("chunk_id", "entry", "declared", "found", "status", "url", "progress")


def _restore(cls, message, evidence):
    return cls(message, **evidence)


class PixCrawlerError(Exception):
    """The base of everything pixcrawler raises about datasets."""

    def __init__(
        self, message="", *, chunk_id=None, entry=None, declared=None, found=None, status=None, url=None, progress=None
    ):
        super().__init__(message)
        self.chunk_id = chunk_id
        self.entry = entry
        self.declared = declared
        self.found = found
        self.status = status
        self.url = url
        self.progress = progress

    def __reduce__(self):
        evidence = {name: getattr(self, name) for name in _EVIDENCE}
        return _restore, (type(self), self.args[0] if self.args else "", evidence)


class AuthenticationError(PixCrawlerError):
    """The API key is missing, wrong, or not allowed to read this (HTTP 401, 403)."""


class NotFoundError(PixCrawlerError):
    """There is no such job, address (HTTP 404) or path."""


class JobNotCompleteError(PixCrawlerError):
    """The job is not done; ``progress`` says how far it is, in percent."""


class DownloadError(PixCrawlerError):
    """A chunk's bytes did not come, or not all of them; ``chunk_id`` says which chunk's."""


class DecompressionError(PixCrawlerError):
    """A chunk came but is damaged, lies, or holds what is no image; ``chunk_id`` and ``entry`` say where."""


class NetworkError(PixCrawlerError):
    """A host cannot be reached, or keeps failing after three tries."""


class DatasetTooLargeError(PixCrawlerError, MemoryError):
    """The machine has no memory for all images as one array; ``declared`` says how many bytes that takes."""


class PixCrawlerWarning(UserWarning):
    """Something works, but slower or in another way than it could."""

    def __init__(self, message=""):
        super().__init__(message)
