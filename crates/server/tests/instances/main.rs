//! Several servers as real processes on one store, as behind a load balancer: the
//! program itself, a real `PostgreSQL` or one file, and the stand-in iMIS.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a story that cannot go on panics")]

mod fleet;
mod killed;
mod outage;
#[path = "../support/postgres.rs"]
mod postgres;
mod revocation;
mod sharing;
#[path = "../support/witness.rs"]
mod witness;
