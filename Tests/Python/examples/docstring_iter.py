for image, label in dataset:
    process(image, label)
