from typing import Any, Callable, Dict, Iterator, Optional, Tuple

from torch.utils import data  # type: ignore[import-not-found,unused-ignore]

from . import Dataset
from ._torch import TorchFace

BATCH: int
DRAWN_FROM: int
DRAWN_FROM_BYTES: int

class TorchStream(TorchFace, data.IterableDataset[Tuple[Any, Any]]):  # type: ignore[misc,unused-ignore]
    """A dataset in order, read forward; it divides itself among ranks and workers, each sample exactly once."""

    def __init__(
        self,
        dataset: Dataset,
        transform: Optional[Callable[..., Any]] = None,
        target_transform: Optional[Callable[..., Any]] = None,
        *,
        shuffle: bool = False,
        seed: int = 0,
    ) -> None: ...
    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next; workers that DataLoader keeps between epochs hear of it too."""
    def __len__(self) -> int:
        """The samples of this rank, over all its workers."""
    def __iter__(self) -> Iterator[Tuple[Any, Any]]: ...
    def __setstate__(self, state: Dict[str, Any]) -> None: ...
