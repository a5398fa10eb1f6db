"""The logger `pixcrawler`: what happened beside the reading, told on the thread that reads.

Example:
    >>> import logging
    >>> logging.getLogger("pixcrawler").setLevel(logging.ERROR)    # no word of retries
"""

import logging

_LOGGER = logging.getLogger("pixcrawler")
_LOGGER.addHandler(logging.NullHandler())


def warning(message):
    _LOGGER.warning("%s", message)
