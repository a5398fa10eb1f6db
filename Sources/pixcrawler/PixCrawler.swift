import ArgumentParser

@main
struct PixCrawler: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixcrawler", abstract: "Streams image datasets out of plain zip chunks into training loops."
  )
}
