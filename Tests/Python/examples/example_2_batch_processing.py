from pixcrawler import load_dataset

dataset = load_dataset("job_123", api_key="key")

# Process in batches
for images, labels in dataset.iter_batches(batch_size=64):
    # images shape: (64, H, W, C)
    # labels: list of 64 labels
    process_batch(images, labels)
