import Testing

@testable import PixStream

@Suite struct EngineTests {
  @Test func allStreamsShareOneEngine() throws {
    let engine = Engine.current
    #expect(Engine.current === engine)
    #expect(engine.workers.count >= 1)
    #expect(Engine.generation == 0)
    let dataset = try Dataset.open(
      DatasetConfiguration(source: try DatasetFixtures.shared().path("good")), keepWaiting: { true })
    let stream = try dataset.stream()
    #expect(!stream.isInherited)
    stream.cancel()
    #expect(Engine.current === engine)
  }
}
