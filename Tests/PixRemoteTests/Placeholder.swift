import Testing

@testable import PixRemote
