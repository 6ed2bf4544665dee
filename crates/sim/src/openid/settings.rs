//! How the provider behaves, who its users are and which clients it knows.
//!
//! Invariant: every secret in here is recognisable, so that a search for `CANARY-` finds it wherever it leaks to.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Map, Value};

use crate::imis::people::{PASSWORD, SIGN_INS};

/// The algorithm of ID tokens and logout tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Signing {
    /// RSA of 2048 bits; only this is advertised.
    Rs256,
    /// P-256; advertised beside RS256.
    Es256,
}

/// Where the claims about the person are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ClaimsIn {
    /// At the userinfo endpoint alone.
    UserInfo,
    /// In the ID token alone; userinfo has the subject.
    IdToken,
    /// In both.
    Both,
}

/// Who gets refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RefreshTokens {
    /// Who asked for the scope `offline_access`.
    WhenAsked,
    /// Everybody.
    Always,
    /// Nobody.
    Never,
}

/// A user of the organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// What is typed at the sign-in page; case does not matter.
    pub name: String,
    /// Password.
    pub password: String,
    /// Subject.
    pub sub: String,
    /// Full name.
    pub full_name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether it is said to be verified; not said when `None`.
    pub email_verified: Option<bool>,
    /// Value of the external ID claim.
    pub external_id: Option<String>,
    /// Values of the staff claim.
    pub roles: Vec<String>,
    /// Further claims.
    pub more: Map<String, Value>,
    /// May no longer sign in.
    pub disabled: bool,
}

impl User {
    /// A user with a verified address at `association.example` and no external ID.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            sub: format!("subject-of-{name}"),
            full_name: name.to_owned(),
            email: Some(format!("{name}@association.example")),
            email_verified: Some(true),
            external_id: None,
            roles: Vec::new(),
            more: Map::new(),
            disabled: false,
        }
    }

    /// Everybody who can sign in at the stand-in iMIS, under the same names and addresses.
    pub fn of_the_story() -> Vec<Self> {
        let user = |&(party, name, first, last, email): &(u32, &str, &str, &str, &str)| Self {
            sub: format!("subject-of-{}", name.to_ascii_lowercase()),
            full_name: format!("{first} {last}"),
            email: Some(email.to_owned()),
            external_id: Some(external_id(party)),
            roles: if name == "MEMBER1" { Vec::new() } else { vec!["staff".to_owned()] },
            ..Self::new(name)
        };
        SIGN_INS.iter().map(user).collect()
    }
}

/// The external ID that the directory gives the person with this iMIS id.
pub fn external_id(party: u32) -> String {
    format!("directory-{party}")
}

/// A relying party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Client id.
    pub id: String,
    /// Client secret; the one given by [`Client::new`] has letters that Basic authentication must encode.
    pub secret: String,
    /// Redirect URIs, compared letter for letter.
    pub redirect_uris: Vec<String>,
    /// Where the browser may be sent after signing out, compared letter for letter.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where logout tokens go.
    pub backchannel_logout_uri: Option<String>,
    /// The socket that stands for the host of that URI, where its name leads nowhere on this machine.
    pub backchannel_address: Option<SocketAddr>,
}

impl Client {
    /// A client with one redirect URI.
    pub fn new(id: &str, redirect_uri: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: format!("CANARY-OS-{id}+%2B:/"),
            redirect_uris: vec![redirect_uri.to_owned()],
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_address: None,
        }
    }

    /// The same with a place to go after signing out.
    #[must_use]
    pub fn post_logout(mut self, uri: &str) -> Self {
        self.post_logout_redirect_uris.push(uri.to_owned());
        self
    }

    /// The same with an address for logout tokens.
    #[must_use]
    pub fn backchannel(mut self, uri: &str) -> Self {
        self.backchannel_logout_uri = Some(uri.to_owned());
        self
    }
}

/// How the provider behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Port on loopback; 0 for any free one.
    pub port: u16,
    /// Path of the issuer.
    pub path: String,
    /// Algorithm.
    pub signing: Signing,
    /// Where the claims about the person are.
    pub claims: ClaimsIn,
    /// Who gets refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// Name of the claim with the external ID.
    pub external_id_claim: String,
    /// Name of the claim with the roles.
    pub staff_claim: String,
    /// Users.
    pub users: Vec<User>,
    /// Clients from the start on.
    pub clients: Vec<Client>,
    /// How long a code can be redeemed.
    pub code_ttl: Duration,
    /// How long access tokens and ID tokens live.
    pub token_ttl: Duration,
    /// How late the answer of [`super::Fault::TokenSlow`] is.
    pub slow: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            path: "op".to_owned(),
            signing: Signing::Rs256,
            claims: ClaimsIn::Both,
            refresh_tokens: RefreshTokens::WhenAsked,
            external_id_claim: "external_id".to_owned(),
            staff_claim: "roles".to_owned(),
            users: User::of_the_story(),
            clients: Vec::new(),
            code_ttl: Duration::from_mins(1),
            token_ttl: Duration::from_mins(10),
            slow: Duration::from_mins(1),
        }
    }
}
