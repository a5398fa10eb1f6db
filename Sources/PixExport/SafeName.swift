import PixDecode

/// A file's or folder's name that ext4, NTFS and APFS all take, and no tool takes for something else.
///
/// Characters that one of them refuses become "_"; so do a dot at the start and a dot or space at the end. Names of
/// Windows' devices get a "_"; what is longer than 255 bytes is cut, and ends with a sum of the whole.
struct SafeName: Equatable {
  static let longest = 255
  /// Bytes of an extension, its dot included; what is longer is no extension.
  private static let longestExtension = 16
  private static let refused = Set("/\\<>:\"|?*".unicodeScalars)
  private static let devices: Set<String> = {
    let numbered = ["COM", "LPT"].flatMap { port in "0123456789¹²³".map { "\(port)\($0)" } }
    return Set(["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"] + numbered)
  }()

  let text: String

  /// - Parameter longest: bytes, where something is to be added to it.
  init(_ name: String, longest: Int = SafeName.longest) {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      scalars.append(SafeName.isRefused(scalar) ? "_" : scalar)
    }
    if scalars.first == "." {
      scalars.removeFirst()
      scalars.insert("_", at: scalars.startIndex)
    }
    if let last = scalars.last, last == "." || last == " " {
      scalars.removeLast()
      scalars.append("_")
    }
    let safe = SafeName.sparingDevices(scalars.isEmpty ? "_" : String(scalars))
    text = safe.utf8.count <= longest ? safe : SafeName.joined(safe, "-\(SafeName.sum(of: name))", longest)
  }

  private init(unchecked text: String) { self.text = text }

  /// The same with a number: `name-2.jpg`.
  func numbered(_ number: Int) -> SafeName {
    SafeName(unchecked: SafeName.joined(text, "-\(number)", SafeName.longest))
  }

  private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || refused.contains(scalar)
  }

  /// "con.jpg" means the console on Windows, whatever comes after the dot.
  private static func sparingDevices(_ name: String) -> String {
    let start = name.prefix { $0 != "." }
    var bare = start
    while bare.last == " " { bare.removeLast() }
    guard devices.contains(bare.uppercased()) else { return name }
    return start + "_" + name[start.endIndex...]
  }

  /// `addition` before the extension, the rest cut to fit, at a character's end.
  private static func joined(_ name: String, _ addition: String, _ longest: Int) -> String {
    let (stem, ending) = split(name)
    let room = longest - addition.utf8.count - ending.utf8.count
    var kept = Substring(stem)
    if kept.utf8.count > room {
      var end = kept.startIndex
      while end < kept.endIndex, case let next = kept.index(after: end), kept[..<next].utf8.count <= room { end = next }
      kept = kept[..<end]
    }
    return kept + addition + ending
  }

  private static func split(_ name: String) -> (stem: Substring, ending: Substring) {
    let scalars = name.unicodeScalars
    guard let dot = scalars.lastIndex(of: "."), dot > scalars.startIndex,
      scalars.distance(from: dot, to: scalars.endIndex) > 1, name[dot...].utf8.count <= longestExtension
    else { return (name[...], "") }
    return (name[..<dot], name[dot...])
  }

  private static func sum(of name: String) -> String {
    let digits = String(Array(name.utf8).withUnsafeBytes { Checksum.crc32(of: $0) }, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
