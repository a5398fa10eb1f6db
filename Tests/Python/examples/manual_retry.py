from tenacity import retry, stop_after_attempt, wait_exponential

@retry(stop=stop_after_attempt(3), wait=wait_exponential(multiplier=1, min=2, max=10))
def load_with_retry(job_id, api_key):
    return load_dataset(job_id, api_key)

dataset = load_with_retry("job_123", "key")
