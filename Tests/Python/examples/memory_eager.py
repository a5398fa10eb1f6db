# Loads entire dataset into memory
X, y = dataset.to_arrays()  # May use 10+ GB for large datasets
