import Testing

@testable import PixLaunch
