import Domain
import HTML

extension Attribute {
  static func href(_ address: Address) -> Attribute { href(address.description) }
  static func action(_ address: Address) -> Attribute { action(address.description) }
}
