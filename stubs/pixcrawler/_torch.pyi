from typing import Any, Callable, Dict, List, Optional, Sequence, SupportsIndex, Tuple

from torch.utils import data  # type: ignore[import-not-found,unused-ignore]

from . import Dataset

def to_torch(
    dataset: Dataset,
    transform: Optional[Callable[..., Any]] = None,
    *,
    target_transform: Optional[Callable[..., Any]] = None,
    streaming: bool = False,
    shuffle: bool = False,
    seed: int = 0,
) -> TorchFace:
    """What `Dataset.to_torch` gives."""

class TorchFace:
    """What a dataset by number and a stream share. It pickles as the arguments that open its dataset again."""

    transform: Optional[Callable[..., Any]]
    target_transform: Optional[Callable[..., Any]]
    def __init__(
        self,
        dataset: Dataset,
        transform: Optional[Callable[..., Any]],
        target_transform: Optional[Callable[..., Any]],
    ) -> None: ...
    @property
    def classes(self) -> List[str]:
        """The classes' names; a class index is a place in it."""
    @property
    def class_to_idx(self) -> Dict[str, int]:
        """From a class's name to its index."""
    def __getstate__(self) -> Dict[str, Any]: ...
    def __copy__(self) -> TorchFace: ...
    def __deepcopy__(self, memo: Dict[int, Any]) -> TorchFace: ...

class TorchDataset(TorchFace, data.Dataset[Tuple[Any, Any]]):  # type: ignore[misc,unused-ignore]
    """A dataset by number, as torchvision's ImageFolder: `dataset[i]` is (item, class index)."""

    def __init__(
        self,
        dataset: Dataset,
        transform: Optional[Callable[..., Any]] = None,
        target_transform: Optional[Callable[..., Any]] = None,
    ) -> None: ...
    @property
    def targets(self) -> List[int]:
        """The class index of every image, read without an image byte."""
    def __len__(self) -> int: ...
    def __getitem__(self, index: SupportsIndex) -> Tuple[Any, Any]: ...
    def __getitems__(self, indices: Sequence[SupportsIndex]) -> List[Tuple[Any, Any]]:
        """The items of a whole batch, read and decoded at once."""
