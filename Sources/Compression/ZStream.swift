import CZlib

/// zlib's state at an address that stays: it keeps a pointer to itself and refuses to work once moved.
struct ZStream: ~Copyable {
  private let pointer: UnsafeMutablePointer<z_stream>
  private let end: (UnsafeMutablePointer<z_stream>) -> Int32

  /// - Parameters:
  ///   - start: Initialises the state. It fails only without memory, which Swift code doesn't survive anywhere else.
  ///   - end: Frees what `start` took; called exactly once.
  init(
    start: (UnsafeMutablePointer<z_stream>) -> Int32, end: @escaping @Sendable (UnsafeMutablePointer<z_stream>) -> Int32
  ) {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: z_stream())
    self.end = end
    let result = start(pointer)
    precondition(result == Z_OK, "zlib could not start (\(result)).")
  }

  deinit {
    _ = end(pointer)
    pointer.deallocate()
  }

  /// Runs `deflate` or `inflate` once over at most 1 GiB of each.
  /// - Returns: zlib's result and how far it got in both buffers.
  mutating func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer,
    _ run: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> (result: Int32, consumed: Int, produced: Int) {
    let offered = min(input.count, 1 << 30)
    let room = min(output.count, 1 << 30)
    // zlib takes a mutable pointer, but only reads through it.
    pointer.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    pointer.pointee.avail_in = uInt(offered)
    pointer.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    pointer.pointee.avail_out = uInt(room)
    defer {
      // The buffers are borrowed for this call only.
      pointer.pointee.next_in = nil
      pointer.pointee.next_out = nil
    }
    let result = run(pointer)
    return (result, offered - Int(pointer.pointee.avail_in), room - Int(pointer.pointee.avail_out))
  }

  /// What zlib.h calls data_type: after inflating the unused bits of the last byte, and flags.
  var dataType: Int32 { pointer.pointee.data_type }

  mutating func reset(_ run: (UnsafeMutablePointer<z_stream>) -> Int32) {
    let result = run(pointer)
    precondition(result == Z_OK, "zlib could not start again (\(result)).")
  }
}

/// Bytes of output that are made at a time where the caller gave no buffer.
let pieceBytes = 16_384
