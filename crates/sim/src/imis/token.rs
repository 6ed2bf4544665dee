//! The token endpoint: password grant and refresh-token grant (imis.md §3.1, §3.2, §12.3).
//!
//! Invariant: a refresh token gives an access token only to the client application it was handed to, and never after
//! its end.

use serde_json::json;
use time::{OffsetDateTime, macros::format_description};
use url::form_urlencoded;

use super::{
    World,
    accounts::Refusal,
    answer::{Answer, Outcome},
    applications::{RefreshUse, Replacement},
    ledger::{Event, Grant},
};

/// `POST /token`.
pub(super) fn handle(world: &World, form: &[u8]) -> Outcome {
    let fields: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
    let field = |name: &str| {
        fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    };
    let (grant, granted) = match field("grant_type") {
        "password" => (Grant::Password, by_password(world, field("username"), field("password"))),
        "refresh_token" => {
            let client = (field("client_id"), field("client_secret"));
            (Grant::RefreshToken, by_refresh_token(world, client, field("refresh_token")))
        }
        _ => return Err(Answer::token_refused("unsupported_grant_type", "The grant type is not supported.")),
    };
    match granted {
        Ok((user, replacement)) => issue(world, grant, &user, replacement),
        Err((error, words)) => {
            world.ledger.note(Event::TokenRefused { grant, error });
            Err(Answer::token_refused(error, words))
        }
    }
}

/// The user and a new refresh token, or code and words of the refusal.
type Granted = Result<(String, Option<String>), (&'static str, &'static str)>;

fn by_password(world: &World, name: &str, password: &str) -> Granted {
    let passwords = world.passwords();
    let tried = world.accounts().try_password(name, password, passwords);
    // No client reads a refresh token here; assumed absent (imis.md §3.1).
    tried.map(|user| (user, None)).map_err(|refusal: Refusal| ("invalid_grant", refusal.words()))
}

fn by_refresh_token(world: &World, (id, secret): (&str, &str), token: &str) -> Granted {
    let application = world
        .application(|known| known.client_id == id)
        .filter(|known| known.client_secret == secret)
        .ok_or(("invalid_client", "The client application is not known."))?;
    let mut accounts = world.accounts();
    let once = world.settings.refresh_use == RefreshUse::Once;
    let user = accounts.redeem(token, id, once).ok_or(("invalid_grant", "The refresh token is not valid."))?;
    let replacement = match world.settings.refresh_replacement {
        Replacement::Absent => None,
        Replacement::Sent => accounts.issue_refresh_token(&user, id, application.refresh_token_lifetime),
    };
    Ok((user, replacement))
}

fn issue(world: &World, grant: Grant, user: &str, replacement: Option<String>) -> Outcome {
    let lifetime = world.settings.token_ttl;
    let issued = world.accounts().issue(user, (lifetime, world.settings.single_token_per_user));
    let issued = issued.ok_or_else(Answer::server_error)?;
    let mut body = json!({
        "access_token": issued.token,
        "token_type": "bearer",
        "expires_in": lifetime.as_secs(),
        "userName": issued.user,
        ".issued": http_date(issued.at),
        ".expires": http_date(issued.at + lifetime),
    });
    if let Some(replacement) = replacement {
        body["refresh_token"] = replacement.into();
    }
    world.ledger.note(Event::TokenIssued { grant, user: issued.user });
    Ok(Answer::ok(&body))
}

fn http_date(at: OffsetDateTime) -> String {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    at.format(format).expect("the format has only parts that every moment has")
}
