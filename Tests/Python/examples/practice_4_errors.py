# ✅ Good: Handle specific errors
try:
    dataset = load_dataset("job_id", api_key="key")
except JobNotCompleteError as e:
    print(f"Wait for job to complete: {e.progress}%")
except AuthenticationError:
    print("Check your API key")

# ❌ Bad: Catch-all exception
try:
    dataset = load_dataset("job_id", api_key="key")
except Exception:
    pass  # What went wrong?
