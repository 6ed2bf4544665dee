//! The effective configuration as people read it. Secrets are masked.

use super::saving::Shown;
use super::{
    Admits, Config, Credentials, KeyBinding, NullOrigin, OpenIdMode, ProviderType, RefreshTokens, RememberCredentials,
    Site,
};
use api::SignInMethod;
use std::fmt;

/// Stands where a secret is.
pub(super) const MASK: &str = "********";

/// Whom a way in lets in, in words.
const fn whom(admits: Admits) -> &'static str {
    match admits {
        Admits::Everybody => "for everybody",
        Admits::Administrators => "for system administrators only",
        Admits::Nobody => "not offered",
    }
}

fn names(methods: &[SignInMethod]) -> String {
    let name = |method: &SignInMethod| match method {
        SignInMethod::SingleSignOn => "iMIS single sign-on",
        SignInMethod::OpenIdConnect => "OpenID Connect",
        SignInMethod::Credentials => "credentials",
    };
    let names: Vec<&str> = methods.iter().map(name).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "listen = \"{}\"", self.listen)?;
        writeln!(f, "public_url = \"{}\"", self.public_url)?;
        writeln!(f, "pane = \"{}\"", self.pane.display())?;
        writeln!(f, "data = \"{}\"", self.data.display())?;
        writeln!(f, "key = \"{MASK}\"")?;
        writeln!(f, "# {} key(s) on the ring", self.keyring.size())?;
        let binding = match self.key_binding {
            KeyBinding::Required => "required",
            KeyBinding::Preferred => "preferred",
            KeyBinding::Off => "off",
        };
        writeln!(f, "session_days = {}", self.session_days)?;
        writeln!(f, "pop = \"{binding}\"")?;
        writeln!(f, "log = \"{}\"", self.log)?;
        writeln!(
            f,
            "trusted_proxies = {:?}",
            self.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
        )?;
        if let Some(first) = self.sites.first() {
            writeln!(f, "default_site = \"{}\"", first.name.0)?;
        }
        if let Some(tls) = &self.tls {
            writeln!(f, "\n[tls]\ncertificate = \"{}\"\nkey = \"{}\"", tls.certificate.display(), tls.key.display())?;
        }
        writeln!(f, "\n[frame_ancestors]\nextra = {:?}", self.frame_ancestors_extra)?;
        write!(f, "{}", self.store)?;
        self.show_sites(f)?;
        self.show_limits(f)
    }
}

impl Config {
    fn show_sites(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for site in &self.sites {
            writeln!(f, "\n[sites.{}]", site.name.0)?;
            writeln!(f, "# Ways to sign in, for everybody: {}", names(&site.methods(Admits::Everybody)))?;
            writeln!(f, "# and for system administrators: {}", names(&site.methods(Admits::Administrators)))?;
            writeln!(f, "title = {:?}", site.title)?;
            writeln!(f, "url = \"{}\"", site.url)?;
            if site.authorities.count() > 0 {
                writeln!(f, "# certificates_file: {} trusted beside the public ones", site.authorities.count())?;
            }
            let enabled = site.credentials == Credentials::Offered;
            let remember = enabled && site.remember == RememberCredentials::Sealed;
            writeln!(f, "credentials = {{ enabled = {enabled}, remember = {remember} }}")?;
            writeln!(f, "remove_others_roles = {:?}", site.remove_others_roles)?;
            match &site.card_query {
                Some(path) => writeln!(f, "card_query = {path:?}")?,
                None => writeln!(f, "# card_query: not set up")?,
            }
            write!(f, "{}", site.contacts)?;
            write!(f, "{}", Shown(site))?;
            self.show_single_sign_on(f, site)?;
            self.show_openid(f, site)?;
        }
        Ok(())
    }

    fn show_single_sign_on(&self, f: &mut fmt::Formatter<'_>, site: &Site) -> fmt::Result {
        let Some(sign_on) = &site.single_sign_on else {
            return writeln!(f, "# iMIS single sign-on: not set up");
        };
        writeln!(f, "\n[sites.{}.single_sign_on]", site.name.0)?;
        writeln!(f, "# iMIS single sign-on: {}", whom(site.admits(SignInMethod::SingleSignOn)))?;
        writeln!(f, "# To be copied into iMIS, Settings > Contacts > Client applications:")?;
        writeln!(f, "#   \"Login redirect URL\"  {}", self.public_url.join(&site.paths().imis()))?;
        writeln!(f, "client_id = {:?}", sign_on.client_id)?;
        writeln!(f, "client_secret = \"{MASK}\"")?;
        writeln!(f, "page_url = \"{}\"", sign_on.page_url)?;
        writeln!(f, "login_redirect_url = \"{}\"", self.public_url.join(&site.paths().imis()))?;
        writeln!(f, "accept_null_origin = {}", sign_on.null_origin == NullOrigin::Confirmed)?;
        writeln!(f, "reusable_refresh_tokens = {}", sign_on.refresh_tokens == RefreshTokens::Reusable)
    }

    fn show_openid(&self, f: &mut fmt::Formatter<'_>, site: &Site) -> fmt::Result {
        let Some(openid) = &site.openid_connect else {
            return writeln!(f, "# OpenID Connect: not set up");
        };
        writeln!(f, "\n[sites.{}.openid_connect]", site.name.0)?;
        writeln!(f, "# OpenID Connect: {}", whom(site.admits(SignInMethod::OpenIdConnect)))?;
        writeln!(f, "# To be copied into the provider's screens:")?;
        for (field, path) in [
            ("Redirect URI", site.paths().openid()),
            ("Back-channel logout URI", site.paths().openid_logout()),
            ("Post-logout redirect URI", site.paths().signed_out()),
        ] {
            writeln!(f, "#   {:<26} {}", format!("\"{field}\""), self.public_url.join(&path))?;
        }
        let mode = match openid.mode {
            OpenIdMode::Disabled => "disabled",
            OpenIdMode::Test => "test",
            OpenIdMode::Enabled => "enabled",
        };
        let kind = match openid.provider_type {
            ProviderType::EntraId => "EntraID",
            ProviderType::Okta => "Okta",
            ProviderType::Other => "Other",
        };
        writeln!(f, "mode = \"{mode}\"\ntype = \"{kind}\"\nname = {:?}", openid.name)?;
        writeln!(f, "client_id = {:?}\nclient_secret = \"{MASK}\"", openid.client_id)?;
        writeln!(f, "well_known_url = \"{}\"", openid.well_known_url)?;
        writeln!(f, "authority_url = {:?}", openid.authority_url)?;
        writeln!(f, "redirect_login_url = \"{}\"", self.public_url.join(&site.paths().openid()))?;
        writeln!(f, "external_id_claim_type = {:?}", openid.external_id_claim_type)?;
        writeln!(f, "set_login_hint = {}", openid.set_login_hint)?;
        match &openid.staff_claim {
            None => writeln!(f, "# \"User authentication\": everybody whom iMIS counts as staff")?,
            Some(claim) => {
                writeln!(f, "user_authentication_claim_type = {:?}", claim.claim_type)?;
                writeln!(f, "user_authentication_claim_value = {:?}", claim.value)?;
            }
        }
        writeln!(f, "endpoint_hosts = {:?}", openid.endpoint_hosts)?;
        writeln!(f, "allow_private = {}", openid.allow_private)?;
        writeln!(f, "sign_out_at_provider = {}", openid.sign_out_at_provider)
    }

    fn show_limits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = &self.limits;
        writeln!(f, "\n[limits]")?;
        writeln!(f, "sign_in_tries = {}", limits.sign_in_tries)?;
        writeln!(f, "sign_ins_per_address = {}", limits.sign_ins_per_address)?;
        writeln!(f, "sign_ins_per_site = {}", limits.sign_ins_per_site)?;
        writeln!(f, "sign_in_floor_ms = {}", limits.sign_in_floor.as_millis())?;
        writeln!(f, "saves_per_person = {}", limits.saves_per_person)?;
        writeln!(f, "uploads_max = {}", limits.uploads_max)?;
        writeln!(f, "exports_max = {}", limits.exports_max)?;
        writeln!(f, "exports_per_person = {}", limits.exports_per_person)?;
        writeln!(f, "downloads_max = {}", limits.downloads_max)?;
        writeln!(f, "downloads_per_person = {}", limits.downloads_per_person)?;
        writeln!(f, "reads_per_person = {}", limits.reads_per_person)?;
        writeln!(f, "upload_bytes_per_second = {}", limits.upload_bytes_per_second)?;
        for (name, time) in [
            ("sign_in_window_s", limits.sign_in_window),
            ("upload_silence_s", limits.upload_silence),
            ("upload_total_s", limits.upload_total),
            ("export_total_s", limits.export_total),
            ("download_total_s", limits.download_total),
            ("recipients_total_s", limits.recipients_total),
            ("head_s", limits.head),
            ("drain_s", limits.drain),
            ("imis_connect_s", limits.imis_connect),
            ("imis_read_s", limits.imis_read),
            ("imis_query_s", limits.imis_query),
            ("imis_write_s", limits.imis_write),
        ] {
            writeln!(f, "{name} = {}", time.as_secs())?;
        }
        Ok(())
    }
}
