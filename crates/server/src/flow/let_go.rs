//! What iMIS gave for a sign-in goes when the sign-in comes to nothing.
//!
//! A person's sessions share one token, so it stays where one of them needs it.

use crate::app::App;
use crate::session::user_key;
use crate::store::Scope;
use api::SiteName;
use imis::UserName;

/// Drops a person's token, unless a session of theirs needs it.
pub(crate) async fn let_go(app: &App, site: &SiteName, user_name: &UserName) {
    let scope = Scope::User { site: site.0.clone(), user_name: user_key(user_name.as_str()) };
    let others = app.store.sessions(&scope, "", app.clock.now_ms(), 1).await;
    if let (Ok([]), Some(client)) = (others.as_deref(), app.clients.get(site))
        && let Err(error) = client.forget(user_name).await
    {
        tracing::warn!(operation = %error.operation, "failed to let go of the token of a refused sign-in");
    }
}
