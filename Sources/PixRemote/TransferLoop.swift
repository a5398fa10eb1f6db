import CCurl
import Glibc
import PixThreads

/// Moves the bytes of many transfers on one thread: libcurl's multi interface for http, slices for files.
///
/// The thread starts with the first transfer. `park` takes it away before a fork, `unpark` and `goOn` bring it back
/// afterwards; a forked child calls `abandon` and never uses this loop again.
public final class TransferLoop: @unchecked Sendable {
  /// Transfers that move at the same time; each has a connection or an open file. Held ones do not count, since
  /// what holds them may wait for the others.
  static let mostMoving = 64

  private enum Command {
    case start(Int, TransferRequest, any TransferSink)
    case resume(Int)
    case cancel(Int)
    case perform(@Sendable () -> Void)
  }

  private struct Mailbox {
    var commands: [Command] = []
    var nextID = 0
    var thread: EngineThread?
    var isRunning = false
    var isStopping = false
  }

  private let mailbox = Monitor(Mailbox())
  private let wakeup: Int32

  // Touched by the transfer thread only; between two of them, by nobody.
  private var transfers: [Int: Transfer] = [:]
  private var multi: UnsafeMutableRawPointer?
  private let sockets = SocketRegistry()
  /// In a forked child, where another thread may hold this loop's lock for ever.
  private var isAbandoned = false
  /// Told of every request when it has ended.
  private var observer: (@Sendable (RequestNote) -> Void)?
  private let slice = UnsafeMutableRawBufferPointer.allocate(byteCount: FileChannel.sliceBytes, alignment: 64)

  public init() { wakeup = pix_wakeup_descriptor() }

  // MARK: From any thread

  /// Begins a transfer; its sink is held until it is closed or cancelled.
  public func start(_ request: TransferRequest, into sink: any TransferSink) -> Int {
    let id = mailbox.update { box in
      box.nextID += 1
      box.commands.append(.start(box.nextID, request, sink))
      startThread(&box)
      return box.nextID
    }
    wake()
    return id
  }

  /// Lets a transfer go on whose sink said `hold`.
  public func resume(_ id: Int) { post(.resume(id)) }

  /// Ends a transfer; its sink hears nothing more from the next turn of the loop on.
  public func cancel(_ id: Int) { post(.cancel(id)) }

  /// Runs `body` on the transfer thread, after everything asked for before.
  public func perform(_ body: @escaping @Sendable () -> Void) { post(.perform(body)) }

  /// Tells `observer` of every HTTP request from now on, on the transfer thread, when it has ended.
  public func observe(_ observer: @escaping @Sendable (RequestNote) -> Void) {
    perform { [unowned self] in self.observer = observer }
  }

  private func post(_ command: Command) {
    mailbox.update { box in
      box.commands.append(command)
      startThread(&box)
    }
    wake()
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeup, &one, 8)
  }

  private func startThread(_ box: inout Mailbox) {
    guard box.thread == nil, !box.isStopping else { return }
    box.isRunning = true
    box.thread = EngineThread(name: "pix-transfer") { self.run() }
  }

  // MARK: Around a fork

  /// Ends the thread after its current turn; transfers stay as they are.
  public func park() {
    let thread = mailbox.update { box in
      box.isStopping = true
      return box.thread
    }
    wake()
    thread?.join()
    mailbox.update { $0.thread = nil }
  }

  /// Lets the thread start again: with the next command, or with `goOn`.
  public func unpark() { mailbox.withLock { $0.isStopping = false } }

  /// Goes on where `park` stopped.
  public func goOn() {
    mailbox.withLock { box in
      // The transfers are another thread's as long as there is one.
      if box.thread == nil, !transfers.isEmpty || !box.commands.isEmpty { startThread(&box) }
    }
  }

  /// In a forked child: gives up the inherited sockets and files silently.
  public func abandon() {
    isAbandoned = true
    sockets.closeAll()
    for transfer in transfers.values { (transfer.channel as? FileChannel)?.close() }
    close(wakeup)
  }

  // MARK: At the end of the process

  private static let usersOfCurl = Monitor<[TransferLoop]>([])

  /// The TLS library's tables go at exit, too, and a handshake in progress would crash. What is registered last is run
  /// first: this is for when libcurl has been loaded, with its TLS library.
  private static let exitHook: Void = {
    atexit { for loop in usersOfCurl.withLock({ $0 }) { loop.endWithProcess() } }
  }()

  /// Ends the thread after its current turn. A turn is not waited for long: looking up a host's name may hold it up.
  func endWithProcess() {
    if isAbandoned { return }
    let thread = mailbox.update { box in
      defer { box.thread = nil }
      box.isStopping = true
      return box.thread
    }
    guard let thread else { return }
    wake()
    let hasEnded = mailbox.wait(atMost: .milliseconds(100)) { $0.isRunning ? nil : true }
    // The TLS library frees what it kept for the thread when the thread is gone, not before.
    if hasEnded != nil { thread.join() }
  }

  // MARK: On the transfer thread

  private func run() {
    // The time without a thread is no silence of the servers'.
    for transfer in transfers.values { transfer.lastActivity = .now }
    while obeyCommands() {
      beginDue()
      let filesMoved = pumpFiles()
      driveCurl()
      endSilent()
      rest(upTo: filesMoved ? 0 : nextDeadline())
    }
    mailbox.update { $0.isRunning = false }
  }

  /// Returns whether to go on. Its commands, and the sinks in them, are let go before the loop rests.
  private func obeyCommands() -> Bool {
    let (commands, isStopping) = mailbox.withLock { box in
      defer { box.commands.removeAll() }
      return (box.commands, box.isStopping)
    }
    for command in commands { obey(command) }
    return !isStopping
  }

  private func obey(_ command: Command) {
    switch command {
    case .start(let id, let request, let sink):
      let transfer = Transfer(id: id, request: request, sink: sink)
      transfer.due = .now
      transfers[id] = transfer
    case .resume(let id):
      guard let transfer = transfers[id], transfer.isHeld else { return }
      transfer.release()
      if transfer.isStopped || transfer.isFinished {
        end(transfer, with: nil)
      } else if !transfer.isHeld {
        transfer.channel?.resume()
        // libcurl does not say so when the bytes it had kept were the last that are wanted.
        if transfer.isSated { end(transfer, with: nil) }
      }
    case .cancel(let id): remove(id)
    case .perform(let body): body()
    }
  }

  private func beginDue() {
    let now = ContinuousClock.now
    let room = TransferLoop.mostMoving - moving
    guard room > 0 else { return }
    let due = transfers.values.filter { $0.due.map { $0 <= now } ?? false }.sorted { $0.id < $1.id }
    for transfer in due.prefix(room) {
      transfer.due = nil
      transfer.lastActivity = now
      if let renewal = transfer.takeRenewalIfDue() {
        ask(renewal, for: transfer, refusal: nil)
        continue
      }
      do throws(RemoteError) { transfer.channel = try open(transfer) } catch { end(transfer, with: error) }
    }
  }

  private var moving: Int { transfers.values.count { $0.channel != nil && !$0.isHeld } }

  private func open(_ transfer: Transfer) throws(RemoteError) -> any TransferChannel {
    switch transfer.resource {
    case .file(let path): return try FileChannel(transfer, path: path)
    case .remote(let url):
      if let missing = pix_curl_load() { throw .transport(reason: String(cString: missing)) }
      if multi == nil {
        multi = pix_curl_multi_init()
        TransferLoop.usersOfCurl.withLock { $0.append(self) }
        _ = TransferLoop.exitHook
      }
      guard let multi else { throw .transport(reason: "libcurl could not start") }
      return try CurlChannel(transfer, url: url, on: multi, sockets: sockets)
    }
  }

  /// One slice of every file that is wanted. Returns whether any moved.
  private func pumpFiles() -> Bool {
    var moved = false
    for transfer in transfers.values where !transfer.isHeld {
      guard let channel = transfer.channel as? FileChannel else { continue }
      moved = true
      do throws(RemoteError) {
        if try !channel.pump(into: slice) { end(transfer, with: nil) }
      } catch { end(transfer, with: error) }
    }
    return moved
  }

  private func driveCurl() {
    guard let multi else { return }
    var running: Int32 = 0
    pix_curl_multi_perform(multi, &running)
    var remaining: Int32 = 0
    while let message = pix_curl_multi_info_read(multi, &remaining) {
      var context: UnsafeMutableRawPointer?
      guard message.pointee.msg == CURLMSG_DONE,
        pix_curl_private(message.pointee.easy_handle, &context) == CURLE_OK, let context
      else { continue }
      let channel = Unmanaged<CurlChannel>.fromOpaque(context).takeUnretainedValue()
      end(channel.transfer, with: channel.outcome(pix_curl_message_result(message)))
    }
  }

  private func endSilent() {
    let now = ContinuousClock.now
    for transfer in transfers.values where transfer.channel != nil && !transfer.isHeld {
      let timeout = transfer.request.policy.timeout
      guard now - transfer.lastActivity > timeout else { continue }
      let refusal = (transfer.channel as? CurlChannel)?.refusal
      let seconds = "\(timeout / .seconds(1))"
      let shown = seconds.hasSuffix(".0") ? seconds.dropLast(2) : seconds[...]
      let silence = RemoteError.network(
        url: transfer.resource.publicURL, reason: "no byte came for \(shown) s (the timeout)")
      end(transfer, with: refusal ?? silence)
    }
  }

  /// Closes this attempt; the transfer goes with it unless another try is due.
  private func end(_ transfer: Transfer, with error: RemoteError?) {
    shut(transfer, with: error)
    guard let error, !transfer.isSated else {
      if transfer.complete() { remove(transfer.id) }
      return
    }
    switch transfer.failed(error) {
    case .tryAgain: break
    case .askForLink(let renewal): ask(renewal, for: transfer, refusal: error)
    case .none: remove(transfer.id)
    }
  }

  /// Forgets a transfer, and the question for its link if there is one.
  private func remove(_ id: Int) {
    for id in id > 0 ? [id, -id] : [id] {
      guard let transfer = transfers.removeValue(forKey: id) else { continue }
      shut(transfer, with: nil)
    }
  }

  private func shut(_ transfer: Transfer, with error: RemoteError?) {
    if let observer, let channel = transfer.channel as? CurlChannel { observer(channel.note(error)) }
    transfer.channel?.close()
    transfer.channel = nil
  }

  /// Asks for a fresh link, in a transfer of its own whose id is the negative one; then goes on.
  ///
  /// - Parameter refusal: what the transfer ends with when there is no link; nil goes on with the old one.
  private func ask(_ renewal: LinkRenewal, for transfer: Transfer, refusal: RemoteError?) {
    let sink = LinkSink(renewal) { [unowned self, unowned transfer] link in
      if let link {
        transfer.request.links?.put(link)
        transfer.follow(link)
      }
      if link == nil, let refusal {
        transfer.sink.closed(refusal)
        transfers[transfer.id] = nil
      } else {
        transfer.due = .now
      }
    }
    let question = Transfer(id: -transfer.id, request: renewal.request(transfer.request.policy), sink: sink)
    question.due = .now
    transfers[question.id] = question
  }

  private func nextDeadline() -> Int32 {
    var wait = Duration.seconds(60)
    let now = ContinuousClock.now
    let isFull = moving >= TransferLoop.mostMoving
    for transfer in transfers.values {
      if let due = transfer.due {
        if !isFull { wait = min(wait, due - now) }
      } else if transfer.channel != nil, !transfer.isHeld {
        wait = min(wait, transfer.lastActivity + transfer.request.policy.timeout - now)
      }
    }
    let (seconds, attoseconds) = max(wait, .zero).components
    return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
  }

  private func rest(upTo milliseconds: Int32) {
    if let multi {
      var extra = curl_waitfd(fd: wakeup, events: Int16(CURL_WAIT_POLLIN), revents: 0)
      var ready: Int32 = 0
      pix_curl_multi_poll(multi, &extra, 1, milliseconds, &ready)
    } else if milliseconds > 0 {
      var descriptor = pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, milliseconds)
    }
    var count: UInt64 = 0
    _ = read(wakeup, &count, 8)
  }
}
