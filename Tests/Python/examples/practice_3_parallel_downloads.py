# ✅ Good: Fast parallel downloads
dataset = load_dataset("job_id", api_key="key", max_workers=8)

# ❌ Bad: Slow sequential downloads
dataset = load_dataset("job_id", api_key="key", max_workers=1)
