from pixcrawler import load_dataset
from torch.utils.data import DataLoader

dataset = load_dataset("job_abc123", api_key="your_key")
torch_dataset = dataset.to_torch()

dataloader = DataLoader(
    torch_dataset,
    batch_size=32,
    shuffle=True,
    num_workers=4
)

for batch in dataloader:
    images, labels = batch
    # Train your model
