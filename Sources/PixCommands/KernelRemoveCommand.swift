import ArgumentParser
import PixEnvironment
import PixLaunch

struct KernelRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Undo kernel install.",
    discussion: """
      Only a kernel that kernel install made is removed.

      Examples:
        pixcrawler kernel remove
        pixcrawler kernel remove --name torch
        pixcrawler kernel remove --prefix ~/envs/lab
      """)

  @OptionGroup var place: KernelPlace

  func run() throws {
    let folder = place.folder
    do throws(EnvironmentError) {
      guard try folder.remove() else { throw .noKernel(folder.path) }
      print("Removed the kernel \(place.name) from \(folder.path)")
    } catch {
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
  }
}
