//! Reads a site's ways to sign in, and notes whatever in them is missing or
//! contradicts itself by the name of the field on iMIS's or the provider's screen.

use super::public_url::secure_or_loopback;
use super::reader::Section;
use super::{
    Admits, Credentials, NullOrigin, OpenIdConnect, OpenIdMode, ProviderType, PublicUrl, RefreshTokens,
    RememberCredentials, SingleSignOn, Site, StaffClaim,
};
use secrecy::SecretString;
use url::Url;

/// Shorter secrets can be guessed by whoever sees how long a comparison takes.
const SECRET_MIN_LETTERS: usize = 16;
/// Where a client application is set up.
const CLIENT_APPLICATIONS: &str = "Settings > Contacts > Client applications";
/// Where the provider is described.
const OPENID_CONNECT: &str = "Settings > Contacts > OpenID Connect";

/// Reads all three ways into `site`.
pub(super) fn read(section: &mut Section<'_>, public_url: Option<&PublicUrl>, site: &mut Site) {
    credentials(section.section("credentials"), site);
    let given = section.has("single_sign_on");
    let single_sign_on = section.section("single_sign_on");
    if given {
        site.single_sign_on = read_single_sign_on(single_sign_on, public_url, site);
    }
    let openid_given = section.has("openid_connect");
    let openid = section.section("openid_connect");
    let openid = if openid_given { read_openid(openid, public_url, site) } else { Given::Disabled };
    let openid_wanted = !matches!(openid, Given::Disabled);
    site.openid_connect = match openid {
        Given::Whole(openid) => Some(*openid),
        Given::Disabled | Given::Faulty => None,
    };
    if openid_wanted && !given {
        section.fault(
            "single_sign_on",
            format!("is needed by `openid_connect`: iMIS hands over after the provider; see {CLIENT_APPLICATIONS}"),
        );
    }
    let no_way = [Admits::Everybody, Admits::Administrators].into_iter().all(|whom| site.methods(whom).is_empty());
    if no_way && !given && !openid_wanted {
        section.fault(
            "single_sign_on",
            format!(
                "is needed, or `openid_connect` beside it, or `credentials.enabled = true`: \
                 nobody can sign in otherwise; see {CLIENT_APPLICATIONS}"
            ),
        );
    }
}

fn credentials(mut section: Section<'_>, site: &mut Site) {
    if section.switch("enabled") == Some(true) {
        site.credentials = Credentials::Offered;
    }
    if section.switch("remember") == Some(true) {
        site.remember = RememberCredentials::Sealed;
        if site.credentials == Credentials::Off {
            section.fault("remember", "has no use without `enabled = true`");
        }
    }
    section.finish();
}

fn read_single_sign_on(mut section: Section<'_>, public_url: Option<&PublicUrl>, site: &Site) -> Option<SingleSignOn> {
    let client_id = needed(&mut section, "client_id", "Client ID", CLIENT_APPLICATIONS);
    let client_secret = secret(&mut section, "Client secret", CLIENT_APPLICATIONS);
    if !section.has("page_url") {
        section.fault("page_url", "is needed: the page with the \"Single Sign-On\" content item");
    }
    let page_url = section.parsed("page_url", page);
    if let Some(page) = &page_url
        && page.origin() != site.url.origin()
    {
        section.fault("page_url", "must be on the host of this site's `url`: only that iMIS may hand over");
    }
    same_as_ours(&mut section, "login_redirect_url", "Login redirect URL", public_url, &site.paths().imis());
    let null_origin = match section.switch("accept_null_origin") {
        Some(true) => NullOrigin::Confirmed,
        _ => NullOrigin::Refused,
    };
    let refresh_tokens = match section.switch("reusable_refresh_tokens") {
        Some(true) => RefreshTokens::Reusable,
        _ => RefreshTokens::Once,
    };
    section.finish();
    Some(SingleSignOn {
        client_id: client_id?,
        client_secret: client_secret?,
        page_url: page_url?,
        null_origin,
        refresh_tokens,
    })
}

/// What the settings of the provider come to.
enum Given {
    /// Nothing of them is used.
    Disabled,
    /// They are wanted, but faults were noted.
    Faulty,
    Whole(Box<OpenIdConnect>),
}

fn read_openid(mut section: Section<'_>, public_url: Option<&PublicUrl>, site: &Site) -> Given {
    if !section.has("mode") {
        section.fault("mode", "is needed: \"OIDC authentication\", which is disabled, test or enabled");
    }
    let mode = section.parsed("mode", |text| match text {
        "disabled" => Ok(OpenIdMode::Disabled),
        "test" => Ok(OpenIdMode::Test),
        "enabled" => Ok(OpenIdMode::Enabled),
        _ => Err("must be disabled, test or enabled (\"OIDC authentication\")"),
    });
    if mode == Some(OpenIdMode::Disabled) {
        // Kept for later as it is; nothing of it is used, so nothing can be missing.
        return Given::Disabled;
    }
    let whole = read_provider(section, mode, public_url, site);
    whole.map_or(Given::Faulty, |openid| Given::Whole(Box::new(openid)))
}

fn read_provider(
    mut section: Section<'_>,
    mode: Option<OpenIdMode>,
    public_url: Option<&PublicUrl>,
    site: &Site,
) -> Option<OpenIdConnect> {
    let provider_type = section.parsed("type", |text| match text.to_ascii_lowercase().as_str() {
        "entraid" | "entra id" | "entra" => Ok(ProviderType::EntraId),
        "okta" => Ok(ProviderType::Okta),
        "other" => Ok(ProviderType::Other),
        _ => Err("must be EntraID, Okta or Other (\"Type\")"),
    });
    let name = needed(&mut section, "name", "Name", OPENID_CONNECT);
    let client_id = needed(&mut section, "client_id", "Client ID", OPENID_CONNECT);
    let client_secret = secret(&mut section, "Client Secret", OPENID_CONNECT);
    let well_known_url = address(&mut section, "well_known_url", "Well-Known URL");
    let authority = address(&mut section, "authority_url", "Authority URL");
    let endpoint_hosts = section.texts("endpoint_hosts").unwrap_or_default();
    if let (Some(well_known), Some((_, authority))) = (&well_known_url, &authority) {
        well_known_fits(&section, &well_known.1, authority, &endpoint_hosts);
    }
    same_as_ours(&mut section, "redirect_login_url", "Redirect login URL", public_url, &site.paths().openid());
    let external_id_claim_type =
        needed(&mut section, "external_id_claim_type", "External ID claim type", OPENID_CONNECT);
    let set_login_hint = section.switch("set_login_hint").unwrap_or(false);
    let staff_claim = staff_claim(&mut section);
    let allow_private = section.switch("allow_private").unwrap_or(false);
    let sign_out_at_provider = section.switch("sign_out_at_provider").unwrap_or(false);
    section.finish();
    Some(OpenIdConnect {
        mode: mode?,
        provider_type: provider_type.unwrap_or(ProviderType::Other),
        name: name?,
        client_id: client_id?,
        client_secret: client_secret?,
        well_known_url: well_known_url?.1,
        authority_url: authority?.0,
        external_id_claim_type: external_id_claim_type?,
        set_login_hint,
        staff_claim,
        endpoint_hosts,
        allow_private,
        sign_out_at_provider,
    })
}

fn staff_claim(section: &mut Section<'_>) -> Option<StaffClaim> {
    let claim_type = section.text("user_authentication_claim_type");
    let value = section.word("user_authentication_claim_value");
    match (claim_type, value) {
        (Some(claim_type), Some(value)) => Some(StaffClaim { claim_type, value }),
        (None, None) => None,
        (Some(_), None) => {
            section.fault(
                "user_authentication_claim_value",
                "is needed beside the type (\"User authentication > Claim value\")",
            );
            None
        }
        (None, Some(_)) => {
            section.fault(
                "user_authentication_claim_type",
                "is needed beside the value (\"User authentication > Claim type\")",
            );
            None
        }
    }
}

/// The provider describes itself on its own host, or nobody can tell who describes it.
fn well_known_fits(section: &Section<'_>, well_known: &Url, authority: &Url, hosts: &[String]) {
    let listed = well_known.host_str().is_some_and(|host| hosts.iter().any(|listed| listed == host));
    if well_known.origin() != authority.origin() && !listed {
        section.fault(
            "well_known_url",
            "is on another host than `authority_url` (\"Well-Known URL\" and \"Authority URL\"): \
             copy both from one provider, or name the host in `endpoint_hosts`",
        );
    }
}

fn needed(section: &mut Section<'_>, key: &str, field: &str, screen: &str) -> Option<String> {
    if !section.has(key) {
        section.fault(key, format!("is needed: \"{field}\" in {screen}"));
    }
    section.text(key).map(|text| text.trim().to_owned())
}

fn secret(section: &mut Section<'_>, field: &str, screen: &str) -> Option<SecretString> {
    const KEY: &str = "client_secret";
    if !section.has(KEY) && !section.has("client_secret_file") {
        section
            .fault(KEY, format!("is needed, here or in a file named by `client_secret_file`: \"{field}\" in {screen}"));
    }
    let secret = section.secret(KEY)?;
    if secret.chars().count() < SECRET_MIN_LETTERS {
        section.fault(KEY, format!("is too short: give \"{field}\" in {screen} at least {SECRET_MIN_LETTERS} letters"));
        return None;
    }
    Some(SecretString::from(secret))
}

/// The page with the content item. It may have a query; it has nothing that names a person.
fn page(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "must be a URL such as https://imis.example.org/Outlook.aspx")?;
    if !secure_or_loopback(&url) {
        return Err("must be https (http is taken on localhost only)");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must be without fragment and user name");
    }
    Ok(url)
}

/// An address of the provider, letter for letter and as it was understood.
fn address(section: &mut Section<'_>, key: &str, field: &str) -> Option<(String, Url)> {
    if !section.has(key) {
        section.fault(key, format!("is needed: \"{field}\" in {OPENID_CONNECT}"));
    }
    section.parsed(key, |text| {
        let url = Url::parse(text).map_err(|_| format!("must be a URL (\"{field}\")"))?;
        let bare = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        if secure_or_loopback(&url) && bare {
            Ok((text.to_owned(), url))
        } else {
            Err(format!("must be https (http is taken on localhost only) and name nobody (\"{field}\")"))
        }
    })
}

/// Administrators may write down what they entered elsewhere; then it must be what we answer at.
fn same_as_ours(section: &mut Section<'_>, key: &str, field: &str, public_url: Option<&PublicUrl>, path: &str) {
    let Some(given) = section.text(key) else { return };
    let Some(ours) = public_url.map(|url| url.join(path)) else { return };
    if given != ours {
        section.fault(key, format!("is not where this server answers: \"{field}\" must be {ours}"));
    }
}

#[cfg(test)]
mod tests;
