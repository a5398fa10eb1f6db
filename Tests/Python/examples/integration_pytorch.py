from pixcrawler import load_dataset
from torch.utils.data import DataLoader, random_split
from torchvision import transforms
import torch.nn as nn

# Custom transform
transform = transforms.Compose([
    transforms.ToPILImage(),
    transforms.Resize((224, 224)),
    transforms.ToTensor(),
    transforms.Normalize(mean=[0.485, 0.456, 0.406],
                       std=[0.229, 0.224, 0.225])
])

dataset = load_dataset("job_123", api_key="key")
torch_dataset = dataset.to_torch(transform=transform)

# Train/val split
train_size = int(0.8 * len(torch_dataset))
val_size = len(torch_dataset) - train_size
train_dataset, val_dataset = random_split(
    torch_dataset, [train_size, val_size]
)

# Dataloaders
train_loader = DataLoader(train_dataset, batch_size=32, shuffle=True)
val_loader = DataLoader(val_dataset, batch_size=32)

# Training
model = MyModel()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())

for epoch in range(10):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
    
    # Validation
    model.eval()
    val_loss = 0
    with torch.no_grad():
        for images, labels in val_loader:
            outputs = model(images)
            val_loss += criterion(outputs, labels).item()
    
    print(f"Epoch {epoch}: Val Loss = {val_loss/len(val_loader)}")
