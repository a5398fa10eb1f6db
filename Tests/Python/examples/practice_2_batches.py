# ✅ Good: Efficient batch processing
for images, labels in dataset.iter_batches(batch_size=64):
    train_model(images, labels)

# ❌ Bad: Processing one by one is slow
for image, label in dataset:
    train_model(image.reshape(1, -1), [label])
