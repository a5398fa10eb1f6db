import os
from typing import Any, Iterator, List, Literal, Optional, Tuple, Union, final

import numpy as np
import numpy.typing as npt

from . import exceptions as exceptions
from ._info import DatasetInfo

__version__: str

def load_dataset(
    job_id: Union[str, "os.PathLike[str]"],
    api_key: Optional[str] = None,
    base_url: str = "https://api.pixcrawler.com",
    max_workers: int = 4,
    timeout: float = 300,
    verify_ssl: bool = True,
    *,
    image_size: Union[int, Tuple[int, int], None] = None,
    resize: Literal["stretch", "crop", "pad"] = "stretch",
    mode: Literal["RGB", "L", "RGBA"] = "RGB",
    on_error: Literal["raise", "skip", "replace"] = "raise",
    memory_limit: int = 268435456,
) -> Dataset:
    """Load a dataset lazily: only its description is fetched now."""

@final
class Dataset:
    """A described image dataset; iterating over it streams (image, label) pairs in dataset order.

    ``image`` is a writable array (H, W, 3), uint8, RGB; ``label`` a str, another JSON value, or None.
    """

    @property
    def num_images(self) -> Optional[int]:
        """Images in all, None when the description does not tell."""
    @property
    def num_chunks(self) -> int:
        """Chunks in all."""
    @property
    def chunk_size(self) -> Optional[int]:
        """Images per chunk, None when the description does not tell."""
    @property
    def labels(self) -> Optional[List[str]]:
        """The classes, sorted; a label's integer class is its place. None when the description does not tell."""
    @property
    def info(self) -> DatasetInfo:
        """What is known of the dataset; print it for the card."""
    def iter_batches(
        self, batch_size: int = 32, drop_last: bool = False
    ) -> Iterator[Tuple[npt.NDArray[np.uint8], List[Any]]]:
        """Iterate over (images, labels): arrays (B, H, W, 3), uint8, RGB, and lists of B labels."""
    def close(self) -> None:
        """End all iterations and free what they hold. Arrays already given out stay valid."""
    def _repr_html_(self) -> str:
        """The card for notebooks."""
    def __iter__(self) -> Iterator[Tuple[npt.NDArray[np.uint8], Any]]: ...
    def __len__(self) -> int: ...
    def __enter__(self) -> Dataset: ...
    def __exit__(self, *exception: object) -> None: ...

@final
class PixelArray:
    """Pixel memory of the engine, shown by the buffer protocol; ``numpy.asarray`` shows it without a copy."""
