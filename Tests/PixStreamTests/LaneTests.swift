import Testing

@testable import PixDecode
@testable import PixStream

@Suite struct LaneTests {
  private func entry(_ ordinal: Int) -> ZipEntry {
    ZipEntry(
      ordinal: ordinal, name: "\(ordinal).jpg", method: ZipEntry.stored, flags: 0, crc32: 0,
      compressedSize: 10, size: 10, offset: ordinal * 100)
  }

  private func place(_ ordinal: Int) -> EntryPlace { EntryPlace(ordinal: ordinal, offset: ordinal * 100) }

  /// A lane into which so many entries of 10 bytes have come.
  private func lane(_ count: Int, passing images: Int = 0) -> Lane {
    var lane = Lane(chunk: 3, epoch: 5, wanting: images..<Int.max)
    for ordinal in 0..<count { arrive(ordinal, in: &lane) }
    return lane
  }

  private func arrive(_ ordinal: Int, in lane: inout Lane) {
    lane.admit(Lane.Need(bytes: 10, place: place(ordinal)))
    let packed = PackedEntry(entry: entry(ordinal), bytes: ByteBuffer(capacity: 10), form: .deflated)
    lane.append(entry: packed.entry, label: nil, state: .packed(packed), bytes: 10)
  }

  private func image(_ lane: inout Lane, _ job: ExamineJob) {
    lane.settle(
      job.item,
      .image(
        Examined(
          bytes: ByteBuffer(capacity: 4), header: ImageHeader(format: .png, height: 1, width: 1),
          shape: ImageShape(height: 1, width: 1))),
      reserved: 4)
  }

  @Test func memoryIsItsOwnFromAdmissionToItsPlace() throws {
    var lane = lane(2)
    lane.admit(Lane.Need(bytes: 7, place: place(2)))
    #expect(lane.held == 27)
    #expect(lane.incoming == 7)
    lane.forgo(7)
    #expect(lane.held == 20)
    let next = lane.nextToExamine()
    let job = try #require(next)
    image(&lane, job)
    #expect(lane.held == 14)
    lane.removeFirst()
    #expect(lane.held == 10)
  }

  @Test func itemsAreExaminedOnceAndInTheirOrder() {
    var lane = lane(3)
    var numbers = [lane.nextToExamine()?.item, lane.nextToExamine()?.item]
    arrive(3, in: &lane)
    for _ in 0..<3 { numbers.append(lane.nextToExamine()?.item) }
    #expect(numbers == [0, 1, 2, 3, nil])
  }

  @Test func givingUpNamesWhereToGoOnAndWhatJobsStillHold() throws {
    var lane = lane(3)
    let firstJob = lane.nextToExamine()
    let first = try #require(firstJob)
    image(&lane, first)
    _ = lane.nextToExamine()
    lane.admit(Lane.Need(bytes: 6, place: place(3)))
    let given = lane.giveUp(after: 1, epoch: 9)
    #expect(given.bytes == 10 + 6)
    #expect(given.abandoned == 10)
    #expect(given.place == place(1))
    #expect(lane.held == 4)
    #expect(lane.items.count == 1)
    #expect(lane.epoch == 9)
    arrive(1, in: &lane)
    let againJob = lane.nextToExamine()
    let again = try #require(againJob)
    #expect(again.epoch == 9)
    #expect(again.packed.entry.ordinal == 1)
  }

  @Test func anEntryThatIsArrivingIsGivenUpFromItsOwnPlace() throws {
    var lane = lane(1)
    lane.admit(Lane.Need(bytes: 6, place: place(4)))
    let given = lane.giveUp(after: 1, epoch: 9)
    #expect(given.bytes == 6)
    #expect(given.place == place(4))
    #expect(lane.incoming == 0)
  }

  @Test func nothingToGiveUpLeavesItAsItIs() {
    var lane = lane(1)
    lane.admit(Lane.Need(bytes: 50, place: nil))
    let given = lane.giveUp(after: 1, epoch: 9)
    #expect(given.place == nil)
    #expect(given.bytes == 0)
    #expect(lane.epoch == 5)
    #expect(lane.spooled == 50)
    #expect(lane.held == 10)
  }

  @Test func imagesThatLieBehindArePassed() {
    var lane = lane(3, passing: 2)
    let passed = (0..<3).map { _ in lane.passes() }
    #expect(passed == [true, true, false])
    #expect(lane.images == 2)
    #expect(lane.items.first?.entry.ordinal == 2)
  }

  @Test func anEndedLaneGivesBackWhatDidNotArrive() {
    var lane = lane(1)
    lane.admit(Lane.Need(bytes: 6, place: place(1)))
    let freed = lane.end(.cancelled)
    #expect(freed == 6)
    #expect(lane.isEnded)
    #expect(lane.held == 10)
    _ = lane.giveUp(after: 0, epoch: 6)
    #expect(!lane.isEnded)
    #expect(lane.error == nil)
  }
}
