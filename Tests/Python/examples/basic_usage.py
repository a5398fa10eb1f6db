from pixcrawler import load_dataset

# Load dataset (lazy loading)
dataset = load_dataset(
    job_id="job_abc123",
    api_key="your_api_key"
)

# Iterate through images
for image, label in dataset:
    print(f"Image shape: {image.shape}, Label: {label}")

# Or use with scikit-learn
X, y = dataset.to_arrays()
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y)
