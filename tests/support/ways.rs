//! The ways to sign in that a world can be planned with, set up at iMIS, at the provider and here alike.

use crate::certified::{self, Certified};
use crate::world::ADDIN_HOST;
use secrecy::SecretString;
use server::config::{
    Credentials, NullOrigin, OpenIdConnect, OpenIdMode, ProviderType, RefreshTokens, SingleSignOn, Site,
};
use sim::imis::{Certificate, ClientApplication, Neighbour, OpenIdModule};
use std::net::SocketAddr;
use url::Url;

/// The client application's name at iMIS.
const APPLICATION: &str = "outlook";
/// The provider's name on the button.
pub const PROVIDER: &str = "Contoso";

/// How people sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// User name and password in the pane.
    Credentials,
    /// iMIS's own page; and user name and password.
    SingleSignOn,
    /// iMIS's own page, whose answers may come without an origin.
    UnnamedOrigin,
    /// The organisation's provider, then iMIS, which knows it too; the others for system administrators.
    OpenId,
    /// A certified provider, which iMIS does not know: iMIS then asks on its own page in the same window.
    CertifiedOpenId,
}

/// Starts the certified provider, where it is the way.
pub(crate) async fn certified(ways: Ways) -> Option<Certified> {
    match ways {
        Ways::CertifiedOpenId => {
            Some(Certified::start(&ours("/auth/live/openid"), &ours("/auth/live/signed-out")).await)
        }
        _ => None,
    }
}

fn ours(path: &str) -> Url {
    Url::parse(&format!("https://{ADDIN_HOST}{path}")).expect("a constant address")
}

/// Sets the site's ways up.
pub(crate) fn configure(
    site: &mut Site,
    ways: Ways,
    imis: &sim::imis::Running,
    provider: &sim::openid::Running,
    certified: Option<&Certified>,
) {
    site.credentials = Credentials::Offered;
    if ways == Ways::Credentials {
        return;
    }
    let application = ClientApplication::new(APPLICATION).redirecting_to(ours("/auth/live/imis"));
    site.single_sign_on = Some(SingleSignOn {
        client_id: APPLICATION.to_owned(),
        client_secret: SecretString::from(application.client_secret.clone()),
        page_url: imis.sign_on_page(APPLICATION),
        null_origin: if ways == Ways::UnnamedOrigin { NullOrigin::Confirmed } else { NullOrigin::Refused },
        refresh_tokens: RefreshTokens::Once,
    });
    imis.register_application(application);
    if let Some(certified) = certified {
        imis.set_external_id("STAFF1", certified::EXTERNAL_ID);
        site.openid_connect = Some(relying_party(&certified.issuer, certified::CLIENT));
    }
    if ways == Ways::OpenId {
        let client = sim::openid::Client::new(APPLICATION, ours("/auth/live/openid").as_str())
            .post_logout(ours("/auth/live/signed-out").as_str());
        site.openid_connect = Some(relying_party(&provider.issuer(), (&client.id, &client.secret)));
        provider.register_client(client);
        configure_imis(imis, provider, sim::imis::OpenIdMode::Enabled);
    }
}

/// Sets iMIS's own OpenID Connect module up.
pub fn configure_imis(imis: &sim::imis::Running, provider: &sim::openid::Running, mode: sim::imis::OpenIdMode) {
    let client = sim::openid::Client::new("imis", imis.openid_redirect_url().as_str());
    let module = OpenIdModule::new(&provider.issuer(), &client.id, &client.secret);
    imis.configure_openid(OpenIdModule { mode, ..module });
    provider.register_client(client);
}

fn relying_party(issuer: &str, (client_id, client_secret): (&str, &str)) -> OpenIdConnect {
    let well_known = format!("{issuer}/.well-known/openid-configuration");
    OpenIdConnect {
        mode: OpenIdMode::Enabled,
        provider_type: ProviderType::Other,
        name: PROVIDER.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: SecretString::from(client_secret.to_owned()),
        well_known_url: Url::parse(&well_known).expect("an issuer is an address"),
        authority_url: issuer.to_owned(),
        external_id_claim_type: "external_id".to_owned(),
        set_login_hint: false,
        staff_claim: None,
        endpoint_hosts: vec![],
        allow_private: true,
        sign_out_at_provider: true,
    }
}

/// Lets iMIS find the add-in's server by its name, and trust it.
pub(crate) fn introduce(imis: &sim::imis::Running, server: SocketAddr, certificate: &sim::tls::Certificate) {
    imis.introduce(Neighbour {
        host: ADDIN_HOST.to_owned(),
        address: Some(server),
        certificate: Some(Certificate::Pem(certificate.certificate_pem().to_owned())),
    });
}
