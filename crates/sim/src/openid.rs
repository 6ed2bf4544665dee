//! A stand-in for an organisation's OpenID provider, with a switch for every fault that a relying party must survive.
//!
//! Written from the standards: OpenID Connect Core, Discovery, RP-Initiated and Back-Channel Logout, RFC 6749, 7636
//! and 9207. Invariant: without a fault it is strict where they are strict and does nothing they do not describe.

mod answer;
mod arguments;
mod authorize;
mod discovery;
pub mod faults;
mod id_token;
mod keys;
pub mod ledger;
mod logout;
mod page;
mod person;
mod serve;
pub mod settings;
mod token;
mod world;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

pub use arguments::{Arguments, run};
pub use faults::{Fault, Stage, Verdict};
pub use ledger::{Endpoint, Ledger, Seen};
pub use logout::LogoutAnswer;
pub use settings::{ClaimsIn, Client, RefreshTokens, Settings, Signing, User};
use world::World;

/// So many random octets in letters.
fn random(octets: usize) -> String {
    let mut random = vec![0_u8; octets];
    getrandom::fill(&mut random).expect("the system has random bytes");
    URL_SAFE_NO_PAD.encode(random)
}

/// A running provider; it stops when the value is dropped.
#[derive(Debug)]
pub struct Running {
    world: Arc<World>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Running {
    /// The issuer, letter for letter.
    pub fn issuer(&self) -> String {
        self.world.issuer.clone()
    }

    /// Where the discovery document is.
    ///
    /// # Panics
    /// Never: the issuer was an address when the provider started.
    pub fn discovery_url(&self) -> Url {
        let url = format!("{}/.well-known/openid-configuration", self.world.issuer);
        Url::parse(&url).expect("the issuer is an address")
    }

    /// Address of the socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked.
    pub fn ledger(&self) -> &Ledger {
        &self.world.ledger
    }

    /// How often somebody went where a fault pointed and nobody must go.
    pub fn trap_hits(&self) -> usize {
        self.world.ledger.count(Endpoint::Trap)
    }

    /// Registers a client, or replaces the one of the same id.
    pub fn register_client(&self, client: Client) {
        let mut state = self.world.state();
        state.clients.retain(|other| other.id != client.id);
        state.clients.push(client);
    }

    /// Adds a user, or replaces the one of the same name; a replaced user's sessions go on with the new claims.
    pub fn put_user(&self, user: User) {
        let mut state = self.world.state();
        state.users.retain(|other| !other.name.eq_ignore_ascii_case(&user.name));
        state.users.push(user);
    }

    /// Disables a user: no new sign-in, no silent one, no refresh. What was issued lives until it expires.
    pub fn disable_user(&self, name: &str) {
        let mut state = self.world.state();
        if let Some(user) = state.users.iter_mut().find(|user| user.name.eq_ignore_ascii_case(name)) {
            user.disabled = true;
        }
    }

    /// The fault that every client meets; none sets it right again.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.world.state().fault = fault;
    }

    /// The fault that one client meets in the place of the common one.
    ///
    /// Who asks for the discovery document or the keys does not say who they are: they meet the common fault, else
    /// the fault of any client.
    pub fn set_fault_for(&self, client: &str, fault: Option<Fault>) {
        let mut state = self.world.state();
        match fault {
            Some(fault) => state.faults.insert(client.to_owned(), fault),
            None => state.faults.remove(client),
        };
    }

    /// Replaces all signing keys; the old ones are no longer published.
    pub fn rotate_keys(&self) {
        self.world.state().rotate();
    }

    /// Turns the provider's clock on by so many seconds, or back.
    pub fn turn_clock(&self, seconds: i64) {
        self.world.state().turned += seconds;
    }

    /// Forgets who is signed in, as after a restart: the next sign-in asks for the password again.
    pub fn forget_sessions(&self) {
        self.world.state().sessions.clear();
    }

    /// How many sessions there are at the provider.
    pub fn living_sessions(&self) -> usize {
        self.world.state().sessions.len()
    }

    /// Ends all of a user's sessions and tells each client that has a back-channel logout URI.
    pub async fn log_out(&self, user: &str) -> Vec<LogoutAnswer> {
        let notices = self.world.state().end_sessions_of(&self.world.issuer, user);
        logout::deliver(notices).await
    }

    /// Tells one client that a user signed out, without ending anything here; `None` where they never signed in
    /// there, or the client has no back-channel logout URI.
    pub async fn send_logout_token(&self, client: &str, user: &str) -> Option<LogoutAnswer> {
        let notice = self.world.state().notice_of(&self.world.issuer, client, user)?;
        logout::deliver(vec![notice]).await.pop()
    }

    /// Posts this text as logout token to a client.
    pub async fn post_logout_token(&self, client: &str, token: &str) -> Option<LogoutAnswer> {
        let notice = self.world.state().notice_with(client, token.to_owned())?;
        logout::deliver(vec![notice]).await.pop()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a provider on loopback.
pub async fn start(settings: Settings) -> std::io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
    let address = listener.local_addr()?;
    let world = Arc::new(World::new(settings, address));
    let task = tokio::spawn(serve::accept(listener, Arc::clone(&world)));
    Ok(Running { world, address, task })
}
