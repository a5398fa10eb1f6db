import ArgumentParser
import PixExport
import PixLaunch
import PixPublish
import PixRemote
import PixStream

struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Make a dataset out of a folder of class folders of images.",
    discussion: """
      FOLDER/cat/1.jpg becomes an image with the label cat. What is an image (JPEG, PNG, WebP) is told by content; \
      other files are left out and named. OUT gets dataset.json and chunks/*.zip, the same bytes for the same files \
      and seed.

      Examples:
        pixcrawler pack photos/ pets/
        pixcrawler pack photos/ pets/ --chunk-size 200 --seed 7
      """)

  @Argument(help: "A folder with one folder of images per class.")
  var folder: String

  @Argument(help: "The folder to make; it must be new or empty.")
  var out: String

  @Option(help: "Images per chunk.")
  var chunkSize = 500

  @Option(help: "Seed of the shuffle that mixes the classes.")
  var seed: UInt64 = 0

  @Option(help: "The dataset's name. Default: the name of OUT.")
  var name: String?

  @Flag(help: "Replace the dataset that lies in OUT.")
  var force = false

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    guard chunkSize >= 1 else { throw ValidationError("--chunk-size must be at least 1") }
    guard name?.isEmpty != true else { throw ValidationError("--name must not be empty") }
  }

  func run() throws {
    let display = ProgressDisplay(progress.mode, title: "Packing")
    do throws(PublishError) {
      let packer = DatasetPacker(
        folder: folder, output: out, chunkSize: chunkSize, seed: seed, name: name, replaces: force)
      display.show("Looking for images in \(folder) …")
      let report = try packer.pack { display.show(PackCommand.progress($0)) }
      display.finish()
      tell(report)
    } catch {
      display.finish()
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
  }

  private static func progress(_ packed: DatasetPacker.Progress) -> ExportProgress {
    var progress = ExportProgress()
    progress.bytes = packed.bytes
    progress.images = packed.images
    progress.imagesInAll = packed.imagesInAll
    return progress
  }

  private func tell(_ report: DatasetPacker.Report) {
    if !report.leftOut.isEmpty {
      let shown = report.leftOut.prefix(5).joined(separator: ", ") + (report.leftOut.count > 5 ? ", …" : "")
      let files = report.leftOut.count == 1 ? "1 file is" : "\(report.leftOut.count) files are"
      Failure.tell("\(files) no JPEG, PNG or WebP and left out: \(shown)")
    }
    let job = report.job
    print(
      "Packed \(Count(job.numImages, "image")) of \(Count(job.labels?.count, "class", "classes")) "
        + "into \(Count(job.numChunks, "chunk")) in \(out)")
    guard Terminal.showsOutput else { return }
    print("Next: pixcrawler info \(ShellWord(out))   or   pixcrawler serve \(ShellWord(out))")
  }
}
