// Hot: fan-out writes straight from these chunks (`telltale bench fanout`, `bench burst`).
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A loop's own append-only log of encoded frames, in chunks of raw memory that sockets are written from.
///
/// Frames that are appended one after another are contiguous, so that one piece covers any number of them. A chunk's
/// memory never moves: a pointer into it is valid until ``release(before:)`` or ``removeAll()``.
final class FrameLog {
  /// One frame's bytes.
  struct Place {
    var chunk: Int
    var start: Int
    var count: Int
  }

  private struct Chunk {
    var memory: UnsafeMutableRawPointer
    var capacity: Int
    var count = 0
  }

  /// Large enough that a piece is worth a system call, small enough that a slow reader does not pin much.
  static let chunkCapacity = 256 * 1024

  private var chunks: [Chunk] = []
  /// The number of `chunks[0]`. Numbers only go up, so that a place never refers to another chunk.
  private var firstChunk = 0

  deinit { chunks.forEach { $0.memory.deallocate() } }

  var retainedBytes: Int { chunks.reduce(0) { $0 + $1.capacity } }

  func append(_ frame: [UInt8]) -> Place {
    if chunks.last.map({ $0.capacity - $0.count < frame.count }) ?? true {
      let capacity = max(frame.count, Self.chunkCapacity)
      chunks.append(Chunk(memory: .allocate(byteCount: capacity, alignment: 16), capacity: capacity))
    }
    let index = chunks.count - 1
    let start = chunks[index].count
    UnsafeMutableRawBufferPointer(start: chunks[index].memory + start, count: frame.count).copyBytes(from: frame)
    chunks[index].count = start + frame.count
    return Place(chunk: firstChunk + index, start: start, count: frame.count)
  }

  func bytes(_ place: Place) -> UnsafeRawBufferPointer {
    let chunk = chunks[place.chunk - firstChunk]
    precondition(place.start + place.count <= chunk.count)
    return UnsafeRawBufferPointer(start: chunk.memory + place.start, count: place.count)
  }

  /// Frees the chunks before this one. No place in them may be in use.
  func release(before chunk: Int) {
    let gone = min(max(chunk - firstChunk, 0), chunks.count)
    guard gone > 0 else { return }
    for index in 0..<gone { chunks[index].memory.deallocate() }
    chunks.removeFirst(gone)
    firstChunk += gone
  }

  /// Frees everything but one chunk's memory, for what comes next. No place may be in use.
  func removeAll() {
    guard !chunks.isEmpty else { return }
    release(before: firstChunk + chunks.count - 1)
    if chunks[0].capacity > Self.chunkCapacity {
      release(before: firstChunk + 1)
    } else {
      chunks[0].count = 0
    }
  }
}
