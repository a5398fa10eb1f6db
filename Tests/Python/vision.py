"""torchvision's own transforms and ImageFolder, beside a torch that torchvision was not built for."""

import sys

_declared = None


def make_importable():
    """Lets `import torchvision` succeed where only its compiled operators cannot be loaded.

    The wheel of PyPI is built for CUDA. Beside the CPU build of torch its operators stay unloaded, and the import ends
    at the first one that it describes, "operator torchvision::nms does not exist". Here they are declared, and have no
    kernel: who called one would be told so. Transforms and datasets are plain Python over torch and Pillow, and are
    torchvision's own. Where torchvision imports by itself nothing is done.
    """
    global _declared
    try:
        import torchvision  # noqa: F401
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        import torch

        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        _declared = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            _declared.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision  # noqa: F401
