from typing import Optional

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

class PixCrawlerError(Exception):
    """The base of everything pixcrawler raises about datasets."""

    chunk_id: Optional[str]
    entry: Optional[str]
    declared: Optional[str]
    found: Optional[str]
    status: Optional[int]
    url: Optional[str]
    progress: Optional[int]
    def __init__(
        self,
        message: str = "",
        *,
        chunk_id: Optional[str] = None,
        entry: Optional[str] = None,
        declared: Optional[str] = None,
        found: Optional[str] = None,
        status: Optional[int] = None,
        url: Optional[str] = None,
        progress: Optional[int] = None,
    ) -> None: ...

class AuthenticationError(PixCrawlerError): ...
class NotFoundError(PixCrawlerError): ...
class JobNotCompleteError(PixCrawlerError): ...
class DownloadError(PixCrawlerError): ...
class DecompressionError(PixCrawlerError): ...
class NetworkError(PixCrawlerError): ...
class DatasetTooLargeError(PixCrawlerError, MemoryError):
    """The machine has no memory for all images as one array; ``declared`` says how many bytes that takes."""

class PixCrawlerWarning(UserWarning):
    """Something works, but slower or in another way than it could."""

    def __init__(self, message: str = "") -> None: ...
