from pixcrawler import load_dataset
import tensorflow as tf

# Load dataset
dataset = load_dataset("job_123", api_key="key")
tf_dataset = dataset.to_tensorflow()

# Prepare dataset
tf_dataset = tf_dataset.batch(32).prefetch(tf.data.AUTOTUNE)

# Build and train model
model = tf.keras.Sequential([
    tf.keras.layers.Conv2D(32, 3, activation='relu'),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10, activation='softmax')
])

model.compile(
    optimizer='adam',
    loss='sparse_categorical_crossentropy',
    metrics=['accuracy']
)

model.fit(tf_dataset, epochs=10)
