# Only loads one chunk at a time (~300 MB)
for image, label in dataset:
    process(image)
