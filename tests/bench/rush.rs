//! Five hundred people who sign in at the same moment, as after a server's restart in the morning: the store keeps what
//! each of them does before they are told.

use crate::process::{Server, temporary_folder};
use crate::report::Report;
use api::{Call, SignIn, SiteName};
use sim::imis::{Clerks, Settings};
use std::time::Instant;
use tokio::task::JoinSet;

pub(crate) const NAMES: [&str; 2] = ["sign_ins_at_once_500_refused", "sign_ins_at_once_500_s"];

const CLERKS: Clerks = Clerks { count: 500, word: "early" };

/// How long it takes until the last of them is signed in, and how many are not.
pub(crate) async fn in_the_morning(report: &mut Report) {
    let imis = sim::imis::start(Settings { clerks: CLERKS, ..Settings::default() }).await.expect("iMIS starts");
    let folder = temporary_folder();
    let more = "[limits]\nsign_ins_per_address = 100000\n";
    let (server, _) = Server::start_with(&folder, imis.url().as_str(), more).await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let begun = Instant::now();
    let mut coming = JoinSet::new();
    for clerk in CLERKS.all() {
        let site = SiteName("live".to_owned());
        let password = sim::imis::people::PASSWORD.to_owned();
        let sign_in = SignIn { site, user_name: clerk.user_name, password };
        let post = http.post(format!("{}{}", server.url, SignIn::PATH)).header(api::VERSION_HEADER, api::VERSION);
        coming.spawn(async move { post.json(&sign_in).send().await.is_ok_and(|answer| answer.status().is_success()) });
    }
    let signed_in = coming.join_all().await;
    let took = begun.elapsed().as_secs_f64();
    let refused = signed_in.iter().filter(|signed_in| !**signed_in).count();
    report.at_most(NAMES[0], u32::try_from(refused).map_or(f64::MAX, f64::from), "people", 0.0);
    report.information(NAMES[1], took, "s");
    let _ = std::fs::remove_dir_all(folder);
}
