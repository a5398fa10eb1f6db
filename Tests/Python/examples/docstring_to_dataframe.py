df = dataset.to_dataframe()
df.head()
