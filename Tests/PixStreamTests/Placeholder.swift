import Testing

@testable import PixStream
