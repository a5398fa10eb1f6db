from pixcrawler import load_dataset
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier

# Load dataset
dataset = load_dataset("job_123", api_key="key")
X, y = dataset.to_arrays()

# Flatten images for sklearn
X_flat = X.reshape(X.shape[0], -1)

# Train/test split
X_train, X_test, y_train, y_test = train_test_split(
    X_flat, y, test_size=0.2, random_state=42
)

# Train model
clf = RandomForestClassifier()
clf.fit(X_train, y_train)
print(f"Accuracy: {clf.score(X_test, y_test)}")
