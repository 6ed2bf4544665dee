//! The OpenID Connect module: the site as relying party of an organisation's provider (imis.md §13).
//!
//! What the screen calls things is known; the protocol between the two is not, so this is the authorization code flow
//! with `state`, `nonce` and PKCE. Invariant: nobody is signed in but by an ID token that the provider signed for
//! this site in answer to this browser's own request.

mod relying;

use std::collections::HashMap;

use url::Url;

use super::{
    World,
    accounts::{Passwords, User},
    answer::{Answer, Outcome},
    ledger::{Event, Way},
    markup,
    website::{self, Visit},
};
use relying::Claims;
pub(super) use relying::begin;

/// "OIDC authentication".
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OpenIdMode {
    /// Passwords of iMIS only.
    Disabled,
    /// Either.
    Test,
    /// The provider only, but for system administrators.
    Enabled,
}

/// Whether the typed e-mail address travels to the provider ("Set login hint").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginHint {
    /// As `login_hint`.
    Set,
    /// It does not.
    Unset,
}

/// Whom the provider speaks for (`RequirePublicUsers`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Public {
    /// `StaffOnly`: somebody without the staff claim is not let in, and public users keep their passwords.
    StaffOnly,
    /// `StaffAndPublic`.
    StaffAndPublic,
}

/// "User authentication": the claim that tells staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffClaim {
    /// "Claim type".
    pub claim_type: String,
    /// "Value".
    pub value: String,
}

/// The screen Settings > Contacts > OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdModule {
    /// "OIDC authentication".
    pub mode: OpenIdMode,
    /// "Name".
    pub name: String,
    /// "Client ID".
    pub client_id: String,
    /// "Client Secret".
    pub client_secret: String,
    /// "Well-Known URL".
    pub well_known_url: Url,
    /// "Authority URL", letter for letter.
    pub authority: String,
    /// "Redirect login URL"; the root of the site when `None`.
    pub redirect_login_uri: Option<Url>,
    /// "External ID claim type".
    pub external_id_claim_type: String,
    /// "Set login hint".
    pub login_hint: LoginHint,
    /// "User authentication"; everybody is staff when `None`.
    pub staff: Option<StaffClaim>,
    /// Whom the provider speaks for.
    pub public_users: Public,
}

impl OpenIdModule {
    /// An enabled module with the usual values, for a provider whose discovery document is in the usual place.
    ///
    /// # Panics
    /// When the issuer is not an address.
    pub fn new(issuer: &str, client_id: &str, client_secret: &str) -> Self {
        let well_known = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        Self {
            mode: OpenIdMode::Enabled,
            name: "Cloud SSO".to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            well_known_url: Url::parse(&well_known).expect("the issuer is an address"),
            authority: issuer.to_owned(),
            redirect_login_uri: None,
            external_id_claim_type: "external_id".to_owned(),
            login_hint: LoginHint::Set,
            staff: None,
            public_users: Public::StaffOnly,
        }
    }

    /// Who may still use a password. That this holds at `/token` too is an assumption.
    pub(super) fn passwords(&self) -> Passwords {
        match (self.mode, self.public_users) {
            (OpenIdMode::Disabled | OpenIdMode::Test, _) => Passwords::Everybody,
            (OpenIdMode::Enabled, Public::StaffOnly) => Passwords::NotStaff,
            (OpenIdMode::Enabled, Public::StaffAndPublic) => Passwords::Administrators,
        }
    }
}

/// The module and the requests that are under way at the provider.
#[derive(Debug)]
pub(super) struct OpenId {
    pub(super) module: Option<OpenIdModule>,
    pending: HashMap<String, Pending>,
}

impl OpenId {
    pub(super) fn new(module: Option<OpenIdModule>) -> Self {
        Self { module, pending: HashMap::new() }
    }

    /// The module unless it is switched off.
    pub(super) fn on(&self) -> Option<&OpenIdModule> {
        self.module.as_ref().filter(|module| module.mode != OpenIdMode::Disabled)
    }
}

/// One browser's way to the provider and back.
#[derive(Debug, Clone)]
struct Pending {
    module: OpenIdModule,
    /// Value of the cookie that binds it to the browser.
    browser: String,
    nonce: String,
    verifier: String,
    redirect_uri: Url,
    return_url: Option<String>,
}

/// Whether this is somebody coming back from the provider.
pub(super) fn returns(visit: &Visit<'_>) -> bool {
    visit.in_query("state").is_some() && (visit.in_query("code").is_some() || visit.in_query("error").is_some())
}

/// Somebody comes back from the provider.
pub(super) async fn end(world: &World, visit: &Visit<'_>) -> Outcome {
    let state = visit.in_query("state").unwrap_or_default();
    let pending = world.openid().pending.remove(&state);
    let signed_in = match pending {
        Some(pending) if visit.cookie(relying::COOKIE) == Some(&pending.browser) => {
            let user = match relying::claims(world, visit, &pending).await {
                Ok(claims) => recognise(world, &pending.module, &claims),
                Err(problem) => Err(problem.to_string()),
            };
            user.map(|user| (user, pending.return_url))
        }
        _ => Err("This sign-in was not begun here, or has ended already.".to_owned()),
    };
    match signed_in {
        Ok((user, to)) => website::signed_in(world, &user, Way::OpenId, to.as_deref()),
        Err(complaint) => {
            world.ledger.note(Event::SignInRefused { way: Way::OpenId });
            Ok(Answer::html(axum::http::StatusCode::OK, markup::error(&complaint)))
        }
    }
}

/// The user these claims belong to, who may not have existed before.
fn recognise(world: &World, module: &OpenIdModule, claims: &Claims) -> Result<String, String> {
    let staff = module.staff.as_ref().is_none_or(|claim| claims.holds(&claim.claim_type, &claim.value));
    if !staff && module.public_users == Public::StaffOnly {
        return Err("Your organization's account does not give access to this site.".to_owned());
    }
    let external_id = claims.text(&module.external_id_claim_type);
    let external_id = external_id.ok_or_else(|| "Your organization's account has no external ID.".to_owned())?;
    let known = world.accounts().find_by_external_id(&external_id).cloned();
    let user = match known {
        Some(user) => user,
        None => first_time(world, claims, &external_id, staff)?,
    };
    if user.disabled {
        return Err("The account is disabled.".to_owned());
    }
    // From now on the names are the directory's (imis.md §13).
    if let Some((first, last)) = claims.names() {
        world.accounts().change(&user.name, |user| {
            user.first = first;
            user.last = last;
        });
    }
    Ok(user.name)
}

/// Finds the user by primary e-mail address, or makes one, and stores the external ID.
fn first_time(world: &World, claims: &Claims, external_id: &str, staff: bool) -> Result<User, String> {
    let email = claims.text("email").ok_or_else(|| "Your organization's account has no e-mail address.".to_owned())?;
    let contact = world.parties().with_primary_email(&email);
    let known = contact.as_ref().and_then(|party| world.accounts().find_by_party(&party.id).cloned());
    let name = match known {
        Some(user) if !user.external_id.is_empty() => {
            return Err("The account belongs to somebody else at your organization.".to_owned());
        }
        Some(user) => user.name,
        None => create(world, claims, &email, (contact.map(|party| party.id), staff))?,
    };
    let mut accounts = world.accounts();
    accounts.change(&name, |user| external_id.clone_into(&mut user.external_id));
    let user = accounts.find(&name).cloned().ok_or_else(|| "The account is gone.".to_owned())?;
    drop(accounts);
    world.ledger.note(Event::ExternalIdStored { user: name });
    Ok(user)
}

/// An account whose name is the e-mail address. It has no `RemoteService`, which is an administrator's to give.
fn create(
    world: &World,
    claims: &Claims,
    email: &str,
    (party, staff): (Option<String>, bool),
) -> Result<String, String> {
    if world.accounts().find(email).is_some() {
        return Err("There is another account of this name.".to_owned());
    }
    let (first, last) = claims.names().unwrap_or_default();
    let party = match party.and_then(|id| id.parse().ok()) {
        Some(party) => party,
        None => world.add_party((&first, &last), email),
    };
    let roles: &[&str] =
        if staff { &["IsStaff", "AuthenticatedUser", "Everyone"] } else { &["AuthenticatedUser", "Everyone"] };
    world.accounts().create(email, party, (&first, &last), roles);
    world.ledger.note(Event::AccountCreated { user: email.to_owned() });
    Ok(email.to_owned())
}
