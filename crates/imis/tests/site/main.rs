//! The client against the stand-in site, over real sockets.
//!
//! Each test has a site of its own; nothing is shared and nothing waits longer
//! than the site does.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod abilities;
mod attachments;
mod contacts;
mod crowd;
mod hand_over;
mod homes;
mod not_permitted;
mod people;
mod raw;
mod records;
mod renewing;
mod saving;
mod tokens;
mod whoami;

use imis::{
    Acting, Authorities, Client, ClientApplication, Credentials, Limits, Renewal, SiteUrl, TokenHome, UserName,
};
use secrecy::SecretString;
use sim::imis::{HeadRequest, Running, Settings, people::PASSWORD};
use std::{sync::Arc, time::Duration};

/// A running site and a client of it.
struct World {
    site: Running,
    client: Client,
}

impl World {
    async fn new(settings: Settings) -> Self {
        Self::with(settings, Limits::default()).await
    }

    async fn with(settings: Settings, limits: Limits) -> Self {
        let site = sim::imis::start(settings).await.unwrap();
        // Retries pause for next to nothing here.
        let limits = Limits { pause_max: Duration::from_millis(5), ..limits };
        let client = Client::new(SiteUrl::parse(site.url().as_str()).unwrap(), limits).unwrap();
        Self { site, client }
    }

    fn acting(&self, user: &str) -> Acting {
        self.client.acting_as(UserName::new(user), Renewal::Credentials(credentials(user, PASSWORD)))
    }

    /// Somebody who already has a token, with the site's memory of it wiped.
    async fn signed_in(&self, user: &str) -> Acting {
        self.client.sign_in(&credentials(user, PASSWORD)).await.unwrap();
        self.site.ledger().forget_requests();
        self.acting(user)
    }

    /// Another client of the same site.
    fn client_with(&self, home: Arc<dyn TokenHome>, limits: Limits) -> Client {
        let limits = Limits { pause_max: Duration::from_millis(5), ..limits };
        Client::with_home(SiteUrl::parse(self.site.url().as_str()).unwrap(), limits, &Authorities::default(), home)
            .unwrap()
    }

    /// Somebody signs in with another program, which ends the token of ours.
    async fn sign_in_elsewhere(&self, user: &str) {
        let elsewhere = self.client_with(Arc::default() as Arc<imis::MemoryHome>, Limits::default());
        elsewhere.sign_in(&credentials(user, PASSWORD)).await.unwrap();
        self.site.ledger().forget_requests();
    }

    /// iMIS signs somebody in, and gives what it sends to our application.
    async fn hand_over(&self, user: &str) -> SecretString {
        let redirect = "https://outlook.example.org/auth/main/imis".parse().unwrap();
        let application = sim::imis::ClientApplication::new(APPLICATION).redirecting_to(redirect);
        self.site.register_application(sim::imis::ClientApplication {
            head_request: HeadRequest::Skipped,
            refresh_token_lifetime: Duration::from_hours(1),
            ..application
        });
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let sign_in = browser.post(self.site.url().join("SignIn.aspx").unwrap());
        let signed_in = sign_in.form(&[("username", user), ("password", PASSWORD)]).send().await.unwrap();
        let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let page = browser.get(self.site.sign_on_page(APPLICATION)).header("cookie", cookie).send().await.unwrap();
        let page = page.text().await.unwrap();
        self.site.ledger().forget_requests();
        let (_, value) = page.split_once("name=refresh_token value=\"").unwrap();
        value.split('"').next().unwrap().to_owned().into()
    }

    /// How often this was asked.
    fn asked(&self, request: &str) -> usize {
        self.site.ledger().counts().get(request).copied().unwrap_or(0)
    }
}

fn credentials(user: &str, password: &str) -> Credentials {
    Credentials { user_name: UserName::new(user), password: password.to_owned().into() }
}

const APPLICATION: &str = "OutlookSso";

/// Our client application as the site knows it.
fn application() -> ClientApplication {
    ClientApplication { id: APPLICATION.to_owned(), secret: sim::imis::CLIENT_SECRET.to_owned().into() }
}
