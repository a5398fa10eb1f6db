import ArgumentParser

/// How long work is asked to say how far it is.
enum ProgressMode: String, CaseIterable, ExpressibleByArgument {
  /// A bar on a terminal, plain lines off it.
  case auto
  case bar, plain, json, none
}
