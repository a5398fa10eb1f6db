import Testing

@testable import PixDecode
