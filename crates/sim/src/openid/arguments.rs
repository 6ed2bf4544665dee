//! The command line of `sim openid`.
//!
//! Invariant: without arguments it is the provider of the stories, with one client for a server on this machine.

use std::io::Write as _;

use clap::Args;

use super::{ClaimsIn, Client, Fault, RefreshTokens, Settings, Signing};

/// Plays an organisation's OpenID provider.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8500)]
    port: u16,
    /// The path of the issuer.
    #[arg(long, default_value = "op")]
    path: String,
    /// The algorithm of the ID tokens.
    #[arg(long, value_enum, default_value_t = Signing::Rs256)]
    signing: Signing,
    /// Where the claims about the person are.
    #[arg(long, value_enum, default_value_t = ClaimsIn::Both)]
    claims: ClaimsIn,
    /// Who gets refresh tokens.
    #[arg(long, value_enum, default_value_t = RefreshTokens::WhenAsked)]
    refresh_tokens: RefreshTokens,
    /// A client: its id and its redirect URI with = between; may be repeated.
    #[arg(long, value_name = "ID=URI")]
    client: Vec<String>,
    /// A client's secret; belongs to the client of the same id, which has one without this too.
    #[arg(long, value_name = "ID=SECRET")]
    secret: Vec<String>,
    /// Where a client's browser may go after signing out; belongs to the client of the same id.
    #[arg(long, value_name = "ID=URI")]
    post_logout: Vec<String>,
    /// Where a client's logout tokens go; belongs to the client of the same id.
    #[arg(long, value_name = "ID=URI")]
    backchannel: Vec<String>,
    /// What it does wrong, by the name of the fault.
    #[arg(long)]
    fault: Option<String>,
    /// Lists the faults and ends.
    #[arg(long)]
    faults: bool,
}

impl Arguments {
    /// The settings these arguments mean.
    pub fn settings(&self) -> std::io::Result<Settings> {
        let pair = |text: &String| -> std::io::Result<(String, String)> {
            let pair = text.split_once('=').map(|(id, uri)| (id.to_owned(), uri.to_owned()));
            pair.ok_or_else(|| std::io::Error::other("what belongs to a client is written ID=VALUE"))
        };
        let mut clients: Vec<Client> = Vec::new();
        for (id, uri) in self.client.iter().map(pair).collect::<Result<Vec<_>, _>>()? {
            match clients.iter_mut().find(|client| client.id == id) {
                Some(client) => client.redirect_uris.push(uri),
                None => clients.push(Client::new(&id, &uri)),
            }
        }
        let of = |uris: &[String], id: &str| -> std::io::Result<Vec<String>> {
            let pairs = uris.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
            Ok(pairs.into_iter().filter(|(owner, _)| owner == id).map(|(_, uri)| uri).collect())
        };
        for client in &mut clients {
            client.post_logout_redirect_uris = of(&self.post_logout, &client.id)?;
            client.backchannel_logout_uri = of(&self.backchannel, &client.id)?.pop();
            if let Some(secret) = of(&self.secret, &client.id)?.pop() {
                client.secret = secret;
            }
        }
        Ok(Settings {
            port: self.port,
            path: self.path.clone(),
            signing: self.signing,
            claims: self.claims,
            refresh_tokens: self.refresh_tokens,
            clients,
            ..Settings::default()
        })
    }
}

/// Starts the provider, says where it is, who may sign in and which clients there are, and runs until interrupted.
pub async fn run(arguments: Arguments) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    if arguments.faults {
        for fault in Fault::all() {
            writeln!(out, "{:48} {:?}  {}", fault.name(), fault.expected(), fault.sentence())?;
        }
        return Ok(());
    }
    let unknown = || std::io::Error::other("there is no fault of that name; --faults lists them");
    let fault = arguments.fault.as_deref().map(|name| Fault::named(name).ok_or_else(unknown)).transpose()?;
    let settings = arguments.settings()?;
    let clients = settings.clients.clone();
    let names: Vec<String> = settings.users.iter().map(|user| user.name.clone()).collect();
    let running = super::start(settings).await?;
    running.set_fault(fault);
    writeln!(out, "The OpenID provider listens on {}", running.issuer())?;
    writeln!(out, "Its discovery document: {}", running.discovery_url())?;
    writeln!(out, "Users: {}; password: {}", names.join(", "), crate::imis::people::PASSWORD)?;
    for client in &clients {
        writeln!(out, "Client: {}; secret: {}", client.id, client.secret)?;
    }
    tokio::signal::ctrl_c().await
}
