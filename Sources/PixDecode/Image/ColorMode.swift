/// What a pixel is made of, by the names Pillow's modes have: one byte a channel.
public enum ColorMode: String, Sendable, CaseIterable {
  case rgb = "RGB"
  case gray = "L"
  case rgba = "RGBA"

  public var channels: Int {
    switch self {
    case .rgb: 3
    case .gray: 1
    case .rgba: 4
    }
  }
}
