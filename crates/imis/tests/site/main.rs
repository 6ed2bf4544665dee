//! The client against the stand-in site, over real sockets.
//!
//! Each test has a site of its own; nothing is shared and nothing waits longer
//! than the site does.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod abilities;
mod attachments;
mod contacts;
mod raw;
mod saving;
mod tokens;

use imis::{Acting, Client, Credentials, Limits, Renewal, SiteUrl, UserName};
use sim::imis::{Running, Settings, people::PASSWORD};
use std::time::Duration;

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

    /// How often this was asked.
    fn asked(&self, request: &str) -> usize {
        self.site.ledger().counts().get(request).copied().unwrap_or(0)
    }
}

fn credentials(user: &str, password: &str) -> Credentials {
    Credentials { user_name: UserName::new(user), password: password.to_owned().into() }
}
