"""The logger `pixcrawler`: what happened beside the reading, told on the thread that reads.

Example:
    >>> import logging
    >>> logging.getLogger("pixcrawler").setLevel(logging.ERROR)    # no word of retries
"""

import logging
import warnings

from .exceptions import PixCrawlerWarning

_LOGGER = logging.getLogger("pixcrawler")
_LOGGER.addHandler(logging.NullHandler())


def warning(message):
    _LOGGER.warning("%s", message)


def warn_of_whole_chunks():
    warnings.warn(
        "this host gives no parts of a file, so reading images by number takes whole chunks into memory, as many as "
        "memory_limit allows. A host with Range (nginx, pixcrawler serve) makes each image one request; reading in "
        "order (iter_batches, to_torch(streaming=True)) needs no ranges",
        PixCrawlerWarning, stacklevel=2)
