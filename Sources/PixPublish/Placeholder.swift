import PixStream
