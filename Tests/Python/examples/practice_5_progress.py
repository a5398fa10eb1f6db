# ✅ Good: Show progress to user
from tqdm import tqdm

dataset = load_dataset("job_id", api_key="key")
for image, label in tqdm(dataset, total=dataset.num_images):
    process(image)

# ❌ Bad: No feedback
for image, label in dataset:
    process(image)  # User has no idea how long this takes
