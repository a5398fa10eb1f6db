# Memory-efficient iteration
for image, label in dataset:
    train_model(image, label)

# Batch streaming
for batch in dataset.iter_batches(batch_size=64):
    images, labels = batch
    train_model(images, labels)
