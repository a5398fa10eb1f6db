import Testing

@testable import PixPublish
