dataset = load_dataset("job_id")  # No download yet

# Download happens here
for image, label in dataset:  # Downloads chunk 1
    process(image)
    # After chunk 1 exhausted, downloads chunk 2
