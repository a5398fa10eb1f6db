"""One epoch of batches of 32 images at 224 x 224, measured from inside; run by bench.py under `pixcrawler run`.

    training.py MODE SOURCE         prints one JSON object

    batches         dataset.iter_batches: (32, 224, 224, 3), uint8
    pillow          the same by Pillow in a DataLoader of two workers, SOURCE being the folder of the same files
    pillow-draft    as an expert would: JPEG's own scaling first
    torch           DataLoader over dataset.to_torch(), shuffled: (32, 3, 224, 224), float32
    torch-stream    DataLoader over dataset.to_torch(streaming=True)
    pillow-torch    the same tensors by Pillow in a DataLoader of two workers, shuffled
"""

import json
import pathlib
import sys
import time

SIZE, BATCH, WORKERS = 224, 32, 2


def pillow(folder, draft, floats):
    import numpy
    import torch
    from PIL import Image

    class Files(torch.utils.data.Dataset):
        def __init__(self):
            self.files = sorted(pathlib.Path(folder).rglob("*.jpg"))
            self.classes = {name: index for index, name in enumerate(sorted({file.parent.name for file in self.files}))}

        def __len__(self):
            return len(self.files)

        def __getitem__(self, index):
            file = self.files[index]
            with Image.open(file) as image:
                if draft:
                    image.draft("RGB", (SIZE, SIZE))
                resized = image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
            pixels = torch.from_numpy(numpy.array(resized))
            if floats:
                pixels = pixels.permute(2, 0, 1).contiguous().to(torch.float32).div(255)
            return pixels, self.classes[file.parent.name]

    return torch.utils.data.DataLoader(Files(), batch_size=BATCH, shuffle=True, num_workers=WORKERS)


def ours(source, mode):
    from pixcrawler import load_dataset

    dataset = load_dataset(source, image_size=SIZE)
    if mode == "batches":
        return dataset.iter_batches(batch_size=BATCH)
    from torch.utils.data import DataLoader

    if mode == "torch-stream":
        return DataLoader(dataset.to_torch(streaming=True), batch_size=BATCH)
    return DataLoader(dataset.to_torch(), batch_size=BATCH, shuffle=True)


mode, source = sys.argv[1:]
if mode.startswith("pillow"):
    batches = pillow(source, mode == "pillow-draft", mode == "pillow-torch")
else:
    batches = ours(source, mode)
count, started = 0, time.perf_counter()
for images, labels in batches:
    count += len(images)
print(json.dumps({"images": count, "seconds": time.perf_counter() - started, "shape": list(images.shape[1:])}))
