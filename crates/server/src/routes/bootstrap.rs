//! What a pane learns before anybody signed in.

use crate::app::App;
use crate::config::Admits;
use api::{Bootstrap, Site};
use axum::Json;
use axum::extract::State;

/// `GET /api/bootstrap`.
pub(crate) async fn show(State(app): State<App>) -> Json<Bootstrap> {
    let site = |site: &crate::config::Site| Site {
        name: site.name.clone(),
        title: site.title.clone(),
        methods: site.methods(Admits::Everybody),
        administrator_methods: site.methods(Admits::Administrators),
        provider: site.provider_name(),
    };
    Json(Bootstrap {
        sites: app.config.sites.iter().map(site).collect(),
        public_url: app.config.public_url.origin().to_owned(),
    })
}
