dataset = load_dataset("job_123", api_key="key")
for image, label in dataset:
    print(image.shape)
