// What the store's tests do to another process: StoreWriterChild die|write|fill FOLDER
//   die     ends by a signal while it moves the messages of an earlier format, soon after the first portion
//   write   commits one batch after the other, and says each committed offset, until it is killed
//   fill    writes until its files may not grow any more, reads, gets room, and goes on
import Domain
import Store

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func say(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  _ = write(1, bytes, bytes.count)
}

#if canImport(Glibc)
  let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
  let fileSize = RLIMIT_FSIZE
#endif
var unlimited = rlimit()
getrlimit(fileSize, &unlimited)

let arguments = CommandLine.arguments
let store: Store
do {
  store = try Store(
    folder: arguments[2],
    migrating: { [mode = arguments[1]] moved, _ in
      // Five milliseconds later, in the middle of the next portion. Nothing handles the signal.
      if moved > 0, mode == "die" { ualarm(5_000, 0) }
    }, makeEpoch: { "epoch" })
} catch {
  say("refused \(error)")
  exit(1)
}
func writeBatch() throws(StoreError) -> Int {
  let batch: StoreBatch
  do { batch = try Script.batch(after: store.newestOffset, sequence: store.lastSequence) } catch {
    throw error as! StoreError  // the only thing that it throws is the store's
  }
  try store.write(batch)
  return store.newestOffset
}

switch arguments[1] {
case "write":
  say("\(store.newestOffset)")
  while true {
    do { say("\(try writeBatch())") } catch {
      say("refused \(error)")
      exit(1)
    }
  }
case "die": say("it was not in time")
default:
  signal(SIGXFSZ, SIG_IGN)
  var limited = unlimited
  limited.rlim_cur = 1 << 20
  setrlimit(fileSize, &limited)
  var committed = store.newestOffset
  var failure: StoreError?
  while failure == nil {
    do { committed = try writeBatch() } catch { failure = error }
  }
  if case .unwritable(_, .fileTooLarge) = failure {
    say("full")
  } else {
    say("failed \(failure.map(\.description) ?? "")")
  }
  // Again and again, with reads between: it neither recovers by luck nor forgets anything.
  for _ in 0..<3 {
    do { say("written \(try writeBatch())") } catch {}
    let read = try? store.messages(
      of: .matching(lookingAt: .max) { _ in true }, after: 0, through: .max, types: nil, limit: .max)
    if read?.messages.last?.offset == committed, store.newestOffset == committed { say("read") }
  }
  setrlimit(fileSize, &unlimited)
  do { if try writeBatch() > committed { say("recovered") } } catch { say("failed \(error)") }
  store.close()
}
