from pixcrawler import load_dataset

dataset = load_dataset("job_123", api_key="key")

# Process images one by one
for image, label in dataset:
    print(f"Image: {image.shape}, Label: {label}")
