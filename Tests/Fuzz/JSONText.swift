import JSONValues

/// A parsed value can be encoded, and the encoding parses to the same value.
func check(_ input: [UInt8]) {
  guard let value = try? JSON(parsing: input) else { return }
  let written = value.encoded()
  let again = try? JSON(parsing: written)
  precondition(again != nil, "The encoded value can't be parsed.")
  precondition(again?.encoded() == written, "Encoding the value again gave a different text.")
  let script = value.encodedForScript()
  precondition(!script.contains(UInt8(ascii: "<")))
  precondition((try? JSON(parsing: script)) == again, "The encoding for scripts is a different value.")
}
