X, y = dataset.to_arrays()
X_train, X_test, y_train, y_test = train_test_split(X, y)
