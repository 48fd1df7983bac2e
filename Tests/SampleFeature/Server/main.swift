import App
import Domain
import SampleFeature

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// The product with the sample feature: sample-server --data FOLDER --port N. For the browser's test of its page.
let configuration = try Configuration(arguments: Array(CommandLine.arguments.dropFirst()))
let application = try Application(configuration, features: [.beacons])
let server = try application.serve()
print("http://127.0.0.1:\(server.port)")
fflush(nil)
while true { pause() }
