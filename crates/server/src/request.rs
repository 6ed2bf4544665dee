//! What is known of the request at hand wherever it is worked on: a number for
//! the logs, and where it comes from for limits and the audit log.
//!
//! An address is believed from a header only behind a trusted proxy.

use crate::app::App;
use crate::config::Config;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

tokio::task_local! {
    static CURRENT: Current;
}

/// The request at hand.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    /// Finds its lines in the logs.
    pub(crate) id: String,
    /// Where it comes from.
    pub(crate) address: Option<IpAddr>,
}

/// The request at hand; none in what the server does by itself.
pub(crate) fn current() -> Option<Current> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Does work as part of the request at hand, wherever it runs.
pub(crate) async fn within<T>(current: Option<Current>, work: impl Future<Output = T>) -> T {
    match current {
        Some(current) => CURRENT.scope(current, work).await,
        None => work.await,
    }
}

/// Gives every request its number and its address.
pub(crate) async fn note(State(app): State<App>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = peer.map(|peer| address(&app.config, peer, request.headers()));
    let id = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
    within(Some(Current { id, address }), next.run(request)).await
}

/// Where a request comes from.
pub(crate) fn address(config: &Config, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let trusted = |address: &IpAddr| config.trusted_proxies.contains(&address.to_canonical());
    let mut address = peer;
    if trusted(&peer) {
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
        // From the nearest backwards: the first that is no proxy of ours.
        for hop in hops.iter().rev() {
            let Ok(hop) = hop.parse() else { break };
            address = hop;
            if !trusted(&hop) {
                break;
            }
        }
    }
    address.to_canonical()
}

/// The network of an address, for counting: whoever has one address of version 6
/// has all of its network of 64 bits.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}
