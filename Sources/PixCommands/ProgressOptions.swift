import ArgumentParser

/// How progress is shown; shared by the commands that take long.
struct ProgressOptions: ParsableArguments {
  @Option(
    help: """
      Progress on standard error: a bar on one line, a plain line every 10 seconds, a JSON object every second, or \
      none; auto is a bar on a terminal and plain lines elsewhere.
      """)
  var progress = ProgressMode.auto

  @Flag(help: "The same as --progress none.")
  var noProgress = false

  var mode: ProgressMode { noProgress ? .none : progress }
}
