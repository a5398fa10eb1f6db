from torchvision import transforms
transform = transforms.Compose([
    transforms.ToTensor(),
    transforms.Normalize(mean=[0.5], std=[0.5])
])
torch_dataset = dataset.to_torch(transform=transform)
dataloader = DataLoader(torch_dataset, batch_size=32)
