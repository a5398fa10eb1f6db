// swift-tools-version: 6.2
import PackageDescription

let strictSwift: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let strictC: [CSetting] = [.treatAllWarnings(as: .error)]
/// Release builds hold Swift's runtime in themselves; see scripts/build.
let staticSwift: [CSetting] = [.define("PIX_STATIC_SWIFT", .when(configuration: .release))]

let package = Package(
  name: "pixcrawler",
  products: [
    .executable(name: "pixcrawler", targets: ["pixcrawler"]),
    .executable(name: "PixCommands", targets: ["PixCommands"]),
    .library(name: "PixCrawlerModule", type: .dynamic, targets: ["PixPython"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
  ],
  targets: [
    // Floor 3: the command line. `pixcrawler` becomes Python or `PixCommands`.
    .executableTarget(
      name: "PixCommands",
      dependencies: [
        "PixDecode", "PixEnvironment", "PixExport", "PixLaunch", "PixPublish", "PixRemote", "PixStream", "PixVersion",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strictSwift),
    .executableTarget(
      name: "pixcrawler",
      dependencies: ["PixLaunch"],
      swiftSettings: strictSwift,
      // The static Swift library exports every symbol, and the Python module, opened in the same process, would
      // then bind to this program's copy of the engine instead of its own.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(configuration: .release))]),

    // Floor 2: the faces.
    .target(name: "PixLaunch", dependencies: ["CLaunch", "CRuntime", "PixVersion"], swiftSettings: strictSwift),
    .target(
      name: "PixEnvironment", dependencies: ["PixLaunch", "PixRemote", "PixVersion"], swiftSettings: strictSwift),
    .target(
      name: "PixPublish",
      dependencies: [
        "PixStream", "PixRemote", "PixDecode",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "FlyingFox", package: "FlyingFox"),
      ],
      swiftSettings: strictSwift),
    .target(
      name: "PixExport",
      dependencies: [
        "CDisk", "PixStream", "PixRemote", "PixDecode", "PixThreads",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strictSwift),
    .target(
      name: "PixPython",
      dependencies: ["CPython", "PixStream", "PixVersion"],
      exclude: ["Adapters"],
      swiftSettings: strictSwift,
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),

    // Floor 1: order, prefetch, budget, batches.
    .target(
      name: "PixStream", dependencies: ["PixRemote", "PixDecode", "PixThreads"], swiftSettings: strictSwift),

    // Floor 0: bytes in, pixels out; strangers to each other.
    .target(name: "PixRemote", dependencies: ["CCurl", "PixThreads", "PixVersion"], swiftSettings: strictSwift),
    .target(name: "PixDecode", dependencies: ["CCodecs"], swiftSettings: strictSwift),

    // The cellar: plain threads behind one monitor, the version, and only what Swift cannot say.
    .target(name: "PixVersion", swiftSettings: strictSwift),
    .target(name: "PixThreads", dependencies: ["CThreads", "CRuntime"], swiftSettings: strictSwift),
    .target(name: "CThreads", cSettings: strictC + staticSwift),
    .target(name: "CRuntime", cSettings: strictC + staticSwift),
    .target(name: "CDisk", cSettings: strictC),
    .target(name: "CCurl", cSettings: strictC),
    .target(
      name: "CCodecs",
      cSettings: strictC,
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png16"), .linkedLibrary("webp"), .linkedLibrary("webpdemux"),
        .linkedLibrary("z"),
      ]),
    .systemLibrary(name: "CPythonHeaders", pkgConfig: "python3"),
    .target(name: "CPython", dependencies: ["CPythonHeaders"], cSettings: strictC),
    .target(name: "CLaunch", cSettings: strictC),

    .testTarget(name: "PixThreadsTests", dependencies: ["PixThreads"], swiftSettings: strictSwift),
    .testTarget(name: "PixRemoteTests", dependencies: ["PixRemote"], swiftSettings: strictSwift),
    .testTarget(name: "PixDecodeTests", dependencies: ["PixDecode"], swiftSettings: strictSwift),
    .testTarget(name: "PixStreamTests", dependencies: ["PixStream"], swiftSettings: strictSwift),
    .testTarget(name: "PixLaunchTests", dependencies: ["PixLaunch"], swiftSettings: strictSwift),
    .testTarget(name: "PixEnvironmentTests", dependencies: ["PixEnvironment"], swiftSettings: strictSwift),
    .testTarget(name: "PixExportTests", dependencies: ["PixExport"], swiftSettings: strictSwift),
    .testTarget(name: "PixPublishTests", dependencies: ["PixPublish"], swiftSettings: strictSwift),
    .testTarget(
      name: "PixCommandsTests",
      dependencies: ["PixCommands", "PixExport", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: strictSwift),
  ]
)
