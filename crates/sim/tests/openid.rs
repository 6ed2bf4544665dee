//! The stand-in OpenID provider over real HTTP, held to the standards that each test names.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "openid/code_flow.rs"]
mod code_flow;
#[path = "openid/faults.rs"]
mod faults;
#[path = "openid/observation.rs"]
mod observation;
#[path = "openid/relying_party.rs"]
mod relying_party;
#[path = "openid/signing_out.rs"]
mod signing_out;
