import os
from typing import Any, Callable, Dict, Iterator, List, Literal, Optional, SupportsIndex, Tuple, Union, final, overload

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]
import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

from . import exceptions as exceptions
from ._info import DatasetInfo
from ._torch import TorchDataset
from ._torch_stream import TorchStream

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
    """Load a dataset lazily: only its description is fetched now.

    ``image_size`` is (height, width) in pixels, or one number for both; without it images keep their own sizes.
    ``timeout`` is in seconds, ``memory_limit`` in bytes.

    Raises AuthenticationError, NotFoundError, JobNotCompleteError or NetworkError.
    """

@final
class Dataset:
    """A described image dataset; iterating over it streams (image, label) pairs in dataset order.

    ``image`` is a writable array (H, W, C), uint8, RGB unless another mode was asked for; ``label`` a str, another
    JSON value, or None. It pickles as the arguments that open it again, without the key.
    """

    @property
    def num_images(self) -> Union[int, Any]:
        """Images in all, None when the description does not tell: a checker lets you take it for the int it mostly is."""
    @property
    def num_chunks(self) -> int:
        """Chunks in all."""
    @property
    def chunk_size(self) -> Union[int, Any]:
        """Images per chunk, None when the description does not tell."""
    @property
    def labels(self) -> Optional[List[str]]:
        """The classes, sorted; a label's integer class is its place. None when the description does not tell."""
    @property
    def class_counts(self) -> Optional[Dict[str, int]]:
        """Images of each class, in the order of labels. None where that is not known."""
    @property
    def errors(self) -> List[exceptions.PixCrawlerError]:
        """What on_error="skip" or "replace" has left out so far, each image once."""
    @property
    def info(self) -> DatasetInfo:
        """What is known of the dataset; print it for the card."""
    def iter_batches(
        self, batch_size: int = 32, drop_last: bool = False
    ) -> Iterator[Tuple[npt.NDArray[np.uint8], List[Any]]]:
        """Iterate over (images, labels): arrays (B, H, W, C), uint8, and lists of B labels.

        Images of one batch must have one shape: PixCrawlerError names two that differ; image_size resizes.
        """
    def to_arrays(
        self, *, progress: Union[bool, Callable[[int, int], object], None] = None
    ) -> Tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
        """All images as (X, y): X (N, H, W, C), uint8; y (N,), str where all labels are, else objects.

        ``progress`` True shows a bar, None one on a terminal when it takes long; a callable gets (done, total) images.
        Raises DatasetTooLargeError, a MemoryError, when the machine cannot hold X.
        """
    def to_dataframe(self) -> pd.DataFrame:
        """All images as a pandas.DataFrame with the columns image (H, W, C), uint8; label; metadata, a dict.

        ``metadata`` has chunk, entry, width and height in pixels, format, and what metadata.json carried.
        """
    @overload
    def to_torch(
        self,
        transform: Optional[Callable[..., Any]] = None,
        *,
        target_transform: Optional[Callable[..., Any]] = None,
        streaming: Literal[False] = False,
        shuffle: Literal[False] = False,
        seed: int = 0,
    ) -> TorchDataset:
        """A map-style torch.utils.data.Dataset of (image, class index).

        Without a transform an image is a float32 tensor (C, H, W), 0 to 1; a transform is given the array (H, W, C),
        uint8. The class index of an image without a label is -1.
        """
    @overload
    def to_torch(
        self,
        transform: Optional[Callable[..., Any]] = None,
        *,
        target_transform: Optional[Callable[..., Any]] = None,
        streaming: Literal[True],
        shuffle: bool = False,
        seed: int = 0,
    ) -> TorchStream:
        """An IterableDataset of the same items, which divides itself among ranks and workers."""
    def to_tensorflow(self) -> tf.data.Dataset:
        """A tf.data.Dataset of (image, class index): uint8 (H, W, C), height and width None unless image_size is given,
        and int64. The class index of an image without a label is -1.
        """
    def close(self) -> None:
        """End all iterations and free what they hold. Arrays already given out stay valid."""
    def _repr_html_(self) -> str:
        """The card for notebooks."""
    def __iter__(self) -> Iterator[Tuple[npt.NDArray[np.uint8], Any]]: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Tuple[npt.NDArray[np.uint8], Any]: ...
    @overload
    def __getitem__(self, index: slice, /) -> List[Tuple[npt.NDArray[np.uint8], Any]]: ...
    def __copy__(self) -> Dataset: ...
    def __deepcopy__(self, memo: Any) -> Dataset: ...
    def __enter__(self) -> Dataset: ...
    def __exit__(self, *exception: object) -> None: ...

@final
class PixelArray:
    """Pixel memory of the engine, shown by the buffer protocol; ``numpy.asarray`` shows it without a copy."""
