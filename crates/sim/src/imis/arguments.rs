//! The command line of `sim imis`.
//!
//! Invariant: without arguments it is the site of the stories.

use std::{io::Write as _, time::Duration};

use clap::Args;
use url::Url;

use super::{
    CLIENT_SECRET, Certificate, ClientApplication, Collation, Edition, HeadRequest, LoginHint, Neighbour, OpenIdMode,
    OpenIdModule, OpenerPolicy, PageHeaders, People, Posts, Public, RecipientsByParty, ReferrerPolicy, RefreshUse,
    Replacement, Settings, StaffClaim,
};

/// Plays an iMIS site with a seeded database.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// The product line.
    #[arg(long, value_enum, default_value_t = Edition::Ems)]
    edition: Edition,
    /// How many contacts there are at least; those of the stories are always there.
    #[arg(long, default_value_t = 0)]
    people: u32,
    /// The path before `/token` and `/api`.
    #[arg(long, default_value = "")]
    path_prefix: String,
    /// How many seconds a token lives.
    #[arg(long, default_value_t = 3599)]
    token_seconds: u64,
    /// The longest request body in bytes.
    #[arg(long, default_value_t = 30 * 1024 * 1024)]
    request_body_max: u64,
    /// Milliseconds added to every answer.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// The communication log cannot be had over REST.
    #[arg(long)]
    no_communication_log: bool,
    /// Whether the recipients of the communication log can be listed by contact.
    #[arg(long, value_enum, default_value_t = RecipientsByParty::Open)]
    recipients_by_party: RecipientsByParty,
    /// Accents do not matter when contacts are searched.
    #[arg(long)]
    accent_insensitive: bool,
    #[command(flatten)]
    sign_on: Box<SignOn>,
    #[command(flatten)]
    openid: Box<OpenId>,
}

/// A client application (Settings > Contacts > Client applications).
#[derive(Debug, Args)]
struct SignOn {
    /// The client ID of a client application; its page is `/{ClientId}.aspx`.
    #[arg(long, default_value = "OutlookSso")]
    client_id: String,
    /// Its client secret.
    #[arg(long, default_value = CLIENT_SECRET)]
    client_secret: String,
    /// Its login redirect URL; without one there is no client application.
    #[arg(long)]
    login_redirect_url: Option<Url>,
    /// Its refresh token lifetime in minutes.
    #[arg(long, default_value_t = 30)]
    refresh_token_minutes: u64,
    /// Do not send a HEAD to the login redirect URL first.
    #[arg(long)]
    skip_head_request: bool,
    /// A PEM file with the certificate to trust at the login redirect URL; may be written later.
    #[arg(long)]
    trust: Option<std::path::PathBuf>,
    /// How the refresh token gets to the login redirect URL.
    #[arg(long, value_enum, default_value_t = Posts::InlineScript)]
    posts: Posts,
    /// Refresh tokens can be used until they end.
    #[arg(long)]
    refresh_tokens_reusable: bool,
    /// A used refresh token is answered with another one.
    #[arg(long)]
    refresh_tokens_replaced: bool,
    /// The `Referrer-Policy` of the site's pages.
    #[arg(long, value_enum, default_value_t = ReferrerPolicy::Absent)]
    referrer_policy: ReferrerPolicy,
    /// The `Cross-Origin-Opener-Policy` of the site's pages.
    #[arg(long, value_enum, default_value_t = OpenerPolicy::Absent)]
    opener_policy: OpenerPolicy,
}

impl SignOn {
    fn application(&self) -> Option<ClientApplication> {
        let url = self.login_redirect_url.clone()?;
        Some(ClientApplication {
            client_secret: self.client_secret.clone(),
            refresh_token_lifetime: Duration::from_secs(self.refresh_token_minutes.saturating_mul(60)),
            head_request: if self.skip_head_request { HeadRequest::Skipped } else { HeadRequest::Sent },
            posts: self.posts,
            ..ClientApplication::new(&self.client_id).redirecting_to(url)
        })
    }

    fn neighbour(&self) -> Option<Neighbour> {
        let host = self.login_redirect_url.as_ref()?.host_str()?.to_owned();
        Some(Neighbour { host, address: None, certificate: Some(Certificate::File(self.trust.clone()?)) })
    }
}

/// The OpenID Connect module (Settings > Contacts > OpenID Connect).
#[derive(Debug, Args)]
struct OpenId {
    /// The issuer of the OpenID provider; without one the module is not set up.
    #[arg(long = "openid-authority", id = "openid_authority")]
    authority: Option<Url>,
    /// Whether the module is on.
    #[arg(long = "openid-mode", id = "openid_mode", value_enum, default_value_t = OpenIdMode::Enabled)]
    mode: OpenIdMode,
    /// The site's client ID at the provider.
    #[arg(long = "openid-client-id", id = "openid_client_id", default_value = "imis")]
    client_id: String,
    /// The site's client secret at the provider.
    #[arg(long = "openid-client-secret", id = "openid_client_secret", default_value = "")]
    client_secret: String,
    /// The claim that is stored as external ID.
    #[arg(long = "openid-external-id-claim", id = "openid_external_id_claim", default_value = "external_id")]
    external_id_claim: String,
    /// Do not tell the provider the address that was typed.
    #[arg(long = "openid-no-login-hint", id = "openid_no_login_hint")]
    no_login_hint: bool,
    /// The claim that tells staff, and its value: `staff=1`.
    #[arg(long = "openid-staff-claim", id = "openid_staff_claim", value_parser = staff_claim)]
    staff_claim: Option<StaffClaim>,
    /// Public users sign in at the provider too.
    #[arg(long = "openid-public-users", id = "openid_public_users")]
    public_users: bool,
}

fn staff_claim(text: &str) -> Result<StaffClaim, &'static str> {
    let (claim_type, value) = text.split_once('=').ok_or("a claim is written as `type=value`")?;
    Ok(StaffClaim { claim_type: claim_type.to_owned(), value: value.to_owned() })
}

impl OpenId {
    fn module(self) -> Option<OpenIdModule> {
        let authority = self.authority?;
        // An address without a path gets a slash when it is parsed, and an issuer is compared letter for letter.
        let authority = authority.as_str().trim_end_matches('/');
        Some(OpenIdModule {
            mode: self.mode,
            external_id_claim_type: self.external_id_claim,
            login_hint: if self.no_login_hint { LoginHint::Unset } else { LoginHint::Set },
            staff: self.staff_claim,
            public_users: if self.public_users { Public::StaffAndPublic } else { Public::StaffOnly },
            ..OpenIdModule::new(authority, &self.client_id, &self.client_secret)
        })
    }
}

impl Arguments {
    /// The settings these arguments mean.
    pub fn settings(self) -> Settings {
        Settings {
            edition: self.edition,
            path_prefix: self.path_prefix,
            token_ttl: Duration::from_secs(self.token_seconds),
            communication_log: !self.no_communication_log,
            recipients_by_party: self.recipients_by_party,
            collation: if self.accent_insensitive { Collation::AccentInsensitive } else { Collation::AccentSensitive },
            latency: Duration::from_millis(self.latency),
            people: if self.people == 0 { People::Story } else { People::Generated(self.people) },
            request_body_max: self.request_body_max,
            port: self.port,
            client_applications: self.sign_on.application().into_iter().collect(),
            refresh_use: if self.sign_on.refresh_tokens_reusable { RefreshUse::Reusable } else { RefreshUse::Once },
            refresh_replacement: if self.sign_on.refresh_tokens_replaced {
                Replacement::Sent
            } else {
                Replacement::Absent
            },
            page_headers: PageHeaders { referrer: self.sign_on.referrer_policy, opener: self.sign_on.opener_policy },
            openid: self.openid.module(),
            ..Settings::default()
        }
    }
}

/// Starts the site, says where it is and who may sign in, and runs until interrupted.
pub async fn run(arguments: Arguments) -> std::io::Result<()> {
    let (neighbour, client_id) = (arguments.sign_on.neighbour(), arguments.sign_on.client_id.clone());
    let signs_on = arguments.sign_on.login_redirect_url.is_some();
    let running = super::start(arguments.settings()).await?;
    if let Some(neighbour) = neighbour {
        running.introduce(neighbour);
    }
    let mut out = std::io::stdout();
    writeln!(out, "iMIS listens on {}", running.url())?;
    writeln!(out, "What is written to it: http://{}/_ledger", running.address())?;
    if signs_on {
        writeln!(out, "Single sign-on page: {}", running.sign_on_page(&client_id))?;
    }
    let users: Vec<&str> = super::people::SIGN_INS.iter().map(|sign_in| sign_in.1).collect();
    writeln!(out, "Users: {}; password: {}", users.join(", "), super::people::PASSWORD)?;
    tokio::signal::ctrl_c().await
}
