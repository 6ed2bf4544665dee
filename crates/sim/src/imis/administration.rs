//! What an administrator of the site does while it runs, and what tests and demos do with the site's time.
//!
//! Each change takes effect at the next request; a user who does not exist is the caller's mistake and ends the test.

use std::time::Duration;

use url::Url;

use super::{ClientApplication, Neighbour, OpenIdModule, PageHeaders, Running};

/// A test that changes nobody would pass for the wrong reason.
#[track_caller]
fn known(changed: bool, user: &str) {
    assert!(changed, "no such user: {user}");
}

impl Running {
    /// "Purge System Cache": every token dies.
    pub fn purge_cache(&self) {
        self.world.accounts().purge();
    }

    /// Turns the site's clock forward, so that tokens end without anybody waiting.
    pub fn age_tokens(&self, by: Duration) {
        self.world.accounts().age(by);
    }

    /// Adds a client application, or replaces the one with the same client ID.
    pub fn register_application(&self, application: ClientApplication) {
        let mut website = self.world.website();
        website.applications.retain(|known| known.client_id != application.client_id);
        website.applications.push(application);
    }

    /// Address of the page that hands people over to this client application.
    ///
    /// # Panics
    /// When the client ID cannot be part of an address.
    pub fn sign_on_page(&self, client_id: &str) -> Url {
        self.url.join(&format!("{client_id}.aspx")).expect("the client ID is part of an address")
    }

    /// Tells the site's own requests where a host is, and which certificate it has.
    pub fn introduce(&self, neighbour: Neighbour) {
        self.world.website().neighbours.push(neighbour);
    }

    /// Sets up the OpenID Connect module, or changes it.
    pub fn configure_openid(&self, module: OpenIdModule) {
        self.world.openid().module = Some(module);
    }

    /// Where a provider has to send people back to, unless the module says otherwise.
    pub fn openid_redirect_url(&self) -> Url {
        self.url()
    }

    /// Changes what the pages of the site are sent with.
    pub fn send_with_pages(&self, headers: PageHeaders) {
        self.world.website().headers = headers;
    }

    /// Disables a user; living tokens go on until the cache is purged (imis.md §3.3).
    pub fn disable_user(&self, user: &str) {
        known(self.world.accounts().change(user, |user| user.disabled = true), user);
    }

    /// Takes it back.
    pub fn enable_user(&self, user: &str) {
        known(self.world.accounts().change(user, |user| user.disabled = false), user);
    }

    /// Gives a user another password; living tokens go on until the cache is purged (imis.md §3.3).
    pub fn change_password(&self, user: &str, password: &str) {
        known(self.world.accounts().change_password(user, password), user);
    }

    /// Says who the user is at the OpenID provider; empty for nobody (imis.md §13).
    pub fn set_external_id(&self, user: &str, id: &str) {
        let changed = self.world.accounts().change(user, |user| id.clone_into(&mut user.external_id));
        known(changed, user);
    }

    /// Who the user is at the OpenID provider, if that is known.
    pub fn external_id(&self, user: &str) -> Option<String> {
        self.world.accounts().find(user).map(|user| user.external_id.clone()).filter(|id| !id.is_empty())
    }

    /// Gives a user a role, such as `SysAdmin` (imis.md §3.5).
    pub fn grant_role(&self, user: &str, role: &str) {
        let changed = self.world.accounts().change(user, |user| {
            if !user.has(role) {
                user.roles.push(role.to_owned());
            }
        });
        known(changed, user);
    }

    /// Takes a role from a user.
    pub fn remove_role(&self, user: &str, role: &str) {
        let changed =
            self.world.accounts().change(user, |user| user.roles.retain(|held| !held.eq_ignore_ascii_case(role)));
        known(changed, user);
    }

    /// Unlocks a user after too many bad passwords.
    pub fn unlock_user(&self, user: &str) {
        known(self.world.accounts().unlock(user), user);
    }

    /// Signs every browser out of the site.
    pub fn end_browser_sign_ins(&self) {
        self.world.accounts().end_sign_ins();
    }

    /// Refresh tokens that would be taken now.
    pub fn living_refresh_tokens(&self) -> usize {
        self.world.accounts().living_refresh_tokens()
    }
}
