from pixcrawler import load_dataset

dataset = load_dataset("job_123", api_key="key")
df = dataset.to_dataframe()

# Analyze dataset
print(df.head())
print(df['label'].value_counts())
print(df.describe())

# Filter by label
cat_images = df[df['label'] == 'cat']
print(f"Found {len(cat_images)} cat images")
