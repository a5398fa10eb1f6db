tf_dataset = dataset.to_tensorflow()
tf_dataset = tf_dataset.batch(32).prefetch(1)
model.fit(tf_dataset, epochs=10)
