for images, labels in dataset.iter_batches(batch_size=64):
    train_model(images, labels)
