/// An environment variable with a value that its flag cannot have; `message` names it.
struct WrongVariable: Error, Equatable {
  var message: String
}
