"""What is known of a dataset."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional

from ._card import html


@dataclass(frozen=True)
class DatasetInfo:
    """A dataset's description; None where it does not tell. Printing it shows the card `pixcrawler info` shows.

    ``size_bytes`` is the size of all chunk archives in bytes, ``created_at`` ISO 8601 as the service wrote it,
    ``labels`` sorted.

    Example:
        >>> print(DatasetInfo(id="job_123", card={"Dataset": "job_123", "Images": "10,000"}))
        Dataset: job_123
        Images: 10,000
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
    card: Dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self):
        return "\n".join(f"{fact}: {value}" for fact, value in self.card.items())

    def _repr_html_(self) -> str:
        """The card for notebooks."""
        return html(self.card)
