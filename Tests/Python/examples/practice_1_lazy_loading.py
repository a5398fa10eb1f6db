# ✅ Good: Memory efficient
for image, label in dataset:
    train_model(image, label)

# ❌ Bad: Loads everything into memory
X, y = dataset.to_arrays()  # May crash with large datasets
