//! The outside world on one machine: iMIS, an OpenID provider, and a page that plays Outlook.
//!
//! These are programs on real sockets, not mocks, and they follow the public behaviour of what they stand in for,
//! never what our own client happens to send. Nothing here knows a crate of the product.

pub mod imis;
pub mod openid;
pub mod outlook;
pub mod tls;
