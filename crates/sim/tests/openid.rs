//! The stand-in OpenID provider over real HTTP, held to the standards that each test names.

#[path = "openid/code_flow.rs"]
mod code_flow;
#[path = "openid/relying_party.rs"]
mod relying_party;
