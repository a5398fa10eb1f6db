from pixcrawler import load_dataset
import tensorflow as tf
from tensorflow.keras import layers, models

dataset = load_dataset("job_123", api_key="key")
tf_dataset = dataset.to_tensorflow()

# Preprocessing
def preprocess(image, label):
    image = tf.image.resize(image, [224, 224])
    image = tf.cast(image, tf.float32) / 255.0
    return image, label

tf_dataset = tf_dataset.map(preprocess)

# Train/val split
dataset_size = dataset.num_images
train_size = int(0.8 * dataset_size)
train_dataset = tf_dataset.take(train_size).batch(32).prefetch(1)
val_dataset = tf_dataset.skip(train_size).batch(32).prefetch(1)

# Model
model = models.Sequential([
    layers.Conv2D(32, 3, activation='relu', input_shape=(224, 224, 3)),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation='relu'),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(128, activation='relu'),
    layers.Dropout(0.5),
    layers.Dense(10, activation='softmax')
])

model.compile(
    optimizer='adam',
    loss='sparse_categorical_crossentropy',
    metrics=['accuracy']
)

# Train
history = model.fit(
    train_dataset,
    validation_data=val_dataset,
    epochs=10
)
