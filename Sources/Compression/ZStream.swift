import CZlib

/// zlib's state at a stable address. zlib stores a pointer to the state in itself and fails if it has moved.
struct ZStream: ~Copyable {
  private let pointer: UnsafeMutablePointer<z_stream>
  private let end: (UnsafeMutablePointer<z_stream>) -> Int32

  /// - Parameters:
  ///   - start: Initialises the state. Fails only if memory runs out, which traps everywhere in Swift.
  ///   - end: Frees what `start` allocated. Called exactly once.
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

  /// Calls `deflate` or `inflate` once with at most 1 GiB of input and of output.
  /// - Returns: zlib's result code and the progress in both buffers.
  mutating func step(
    input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer,
    run: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> (result: Int32, consumed: Int, produced: Int) {
    let offered = min(input.count, 1 << 30)
    let room = min(output.count, 1 << 30)
    // zlib declares a mutable pointer, but only reads through it.
    pointer.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    pointer.pointee.avail_in = uInt(offered)
    pointer.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    pointer.pointee.avail_out = uInt(room)
    defer {
      // The pointers are valid only during this call.
      pointer.pointee.next_in = nil
      pointer.pointee.next_out = nil
    }
    let result = run(pointer)
    return (result, offered - Int(pointer.pointee.avail_in), room - Int(pointer.pointee.avail_out))
  }

  /// zlib.h's data_type. After inflating: the unused bits of the last byte, plus flags.
  var dataType: Int32 { pointer.pointee.data_type }

  mutating func reset(_ run: (UnsafeMutablePointer<z_stream>) -> Int32) {
    let result = run(pointer)
    precondition(result == Z_OK, "zlib could not be reset (\(result)).")
  }
}

/// The size of the temporary output buffer if the caller provides none.
let pieceBytes = 16_384
