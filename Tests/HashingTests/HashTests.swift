import Hashing
import Testing

struct HashTests {
  /// The examples of FIPS 180-4.
  @Test(
    arguments: [
      (
        "", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      ),
      (
        "abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ] as [(String, String, String)])
  func `the standard's examples give the standard's digests`(text: String, sha1: String, sha256: String) {
    #expect(hex(SHA1.hash(Array(text.utf8))) == sha1)
    #expect(hex(SHA256.hash(Array(text.utf8))) == sha256)
  }

  @Test(arguments: [55, 56, 63, 64, 65, 119, 120, 128, 200]) func `hashing in pieces gives the same digest`(count: Int)
  {
    let bytes = (0..<count).map { UInt8($0) }
    for split in 0...count {
      var sha1 = SHA1()
      var sha256 = SHA256()
      for piece in [Array(bytes[..<split]), Array(bytes[split...])] {
        sha1.update(piece)
        sha256.update(piece)
      }
      #expect(sha1.finalize() == SHA1.hash(bytes))
      #expect(sha256.finalize() == SHA256.hash(bytes))
    }
  }

  /// Computed with Python's hashlib over the bytes 0, 1, 2, …
  @Test(
    arguments: [
      (
        55, "8ae2d46729cfe68ff927af5eec9c7d1b66d65ac2",
        "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"
      ),
      (
        56, "636e2ec698dac903498e648bd2f3af641d3c88cb",
        "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"
      ),
      (
        63, "6d942da0c4392b123528f2905c713a3ce28364bd",
        "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"
      ),
      (
        64, "c6138d514ffa2135bfce0ed0b8fac65669917ec7",
        "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"
      ),
      (
        119, "41c89d06001bab4ab78736b44efe7ce18ce6ae08",
        "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"
      ),
      (
        120, "d3dbd653bd8597b7475321b60a36891278e6a04a",
        "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"
      ),
      (
        128, "e6434bc401f98603d7eda504790c98c67385d535",
        "471fb943aa23c511f6f72f8d1652d9c880cfa392ad80503120547703e56a2be5"
      ),
    ] as [(Int, String, String)])
  func `lengths around the end of a block are padded correctly`(count: Int, sha1: String, sha256: String) {
    let bytes = (0..<count).map { UInt8($0) }
    #expect(hex(SHA1.hash(bytes)) == sha1)
    #expect(hex(SHA256.hash(bytes)) == sha256)
  }
}
