"""What is known of a dataset."""

from dataclasses import dataclass, field
from typing import List, Optional


@dataclass(frozen=True)
class DatasetInfo:
    """A dataset's description; None where it does not tell. Printing it shows the card `pixcrawler info` shows.

    ``size_bytes`` is the size of all chunk archives in bytes, ``created_at`` ISO 8601 as the service wrote it,
    ``labels`` sorted.

    Example:
        >>> DatasetInfo(id="job_123", num_images=10000, card="Dataset: job_123").num_images
        10000
    """

    id: str
    name: Optional[str] = None
    version: Optional[str] = None
    status: str = "completed"
    num_images: Optional[int] = None
    num_chunks: Optional[int] = None
    chunk_size: Optional[int] = None
    size_bytes: Optional[int] = None
    created_at: Optional[str] = None
    labels: Optional[List[str]] = None
    card: str = field(default="", repr=False, compare=False)

    def __str__(self):
        return self.card
