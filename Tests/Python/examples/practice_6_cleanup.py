# ✅ Good: Use context manager (future feature)
with load_dataset("job_id", api_key="key") as dataset:
    for image, label in dataset:
        process(image)
# Automatic cleanup

# ✅ Also good: Explicit cleanup
dataset = load_dataset("job_id", api_key="key")
try:
    for image, label in dataset:
        process(image)
finally:
    dataset.close()  # Release resources
