from pixcrawler import load_dataset
from torch.utils.data import DataLoader
import torch.nn as nn
import torch.optim as optim

# Load dataset
dataset = load_dataset("job_123", api_key="key")
torch_dataset = dataset.to_torch()

# Create dataloader
train_loader = DataLoader(
    torch_dataset,
    batch_size=32,
    shuffle=True,
    num_workers=4
)

# Training loop
model = MyModel()
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters())

for epoch in range(10):
    for images, labels in train_loader:
        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
