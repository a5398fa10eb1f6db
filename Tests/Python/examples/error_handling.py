from pixcrawler import load_dataset
from pixcrawler.exceptions import (
    AuthenticationError,
    JobNotCompleteError,
    DownloadError
)

try:
    dataset = load_dataset("job_123", api_key="key")
    
    for image, label in dataset:
        process(image)
        
except AuthenticationError:
    print("Invalid API key")
except JobNotCompleteError as e:
    print(f"Job still processing: {e.progress}% complete")
except DownloadError as e:
    print(f"Download failed: {e.chunk_id}")
except Exception as e:
    print(f"Unexpected error: {e}")
