import JSONValues

/// What is parsed can be written, and what was written is the same value when it is parsed again.
func check(_ input: [UInt8]) {
  guard let value = try? JSON(parsing: input) else { return }
  let written = value.encoded()
  let again = try? JSON(parsing: written)
  precondition(again != nil, "What was written can't be parsed.")
  precondition(again?.encoded() == written, "Writing twice gave two texts.")
  let script = value.encodedForScript()
  precondition(!script.contains(UInt8(ascii: "<")))
  precondition((try? JSON(parsing: script)) == again, "The script's text is another value.")
}
