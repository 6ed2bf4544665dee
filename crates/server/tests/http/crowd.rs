//! Five hundred people of two sites at once: nobody ever gets what is another's (`security.md §7` C15, C16).
//!
//! The clerks of the two sites have the same user names and the same contact ids, and differ in nothing but what is
//! theirs.

#[path = "../support/crowd.rs"]
mod at_work;

use crate::two_users::{Who, known, routes};
use crate::world::World;
use at_work::{Site, Until, misattributed};
use server::config::{Credentials, RememberCredentials};
use sim::imis::{Clerks, Edition, Settings};
use std::time::Duration;

const NORTH: Site = ("live", Clerks { count: 250, word: "north" });
const SOUTH: Site = ("south", Clerks { count: 250, word: "south" });

/// What each of them does, in another order than their neighbours.
const DEEDS: usize = 2;

/// A server for two sites that nothing hurries.
pub(crate) async fn two_sites(settings: [Settings; 2]) -> (World, sim::imis::Running) {
    let [north, south] = settings;
    let south = sim::imis::start(south).await.unwrap();
    let url = south.url();
    let world = World::with(north, |config| {
        let mut site = server::config::Site::new("south", "Institute of the South", url);
        site.credentials = Credentials::Offered;
        site.remember = RememberCredentials::Sealed;
        config.sites.push(site);
        for site in &mut config.sites {
            site.card_query = Some("$/Outlook/Contact card".to_owned());
        }
        let limits = &mut config.limits;
        limits.sign_ins_per_address = 100_000;
        limits.exports_max = 1000;
        limits.uploads_max = 1000;
        limits.downloads_max = 1000;
        let patient = Duration::from_mins(5);
        (limits.imis_connect, limits.imis_read, limits.imis_query, limits.imis_write) =
            (patient, patient, patient, patient);
    })
    .await;
    (world, south)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_of_two_sites_never_get_what_is_another_s() {
    let settings = |edition, site: Site| Settings { edition, clerks: site.1, ..Settings::default() };
    let (world, south) = two_sites([settings(Edition::Ems, NORTH), settings(Edition::Imis2017, SOUTH)]).await;
    let (tally, took) = at_work::work(&world.url, &[NORTH, SOUTH], Until { deeds: DEEDS, time: Duration::MAX }).await;
    assert_eq!(tally.foreign, Vec::<String>::new());
    assert_eq!(tally.lacking, Vec::<String>::new());
    assert!(tally.refused.is_empty(), "{:?}", tally.refused);
    assert!(tally.waits < tally.times.len() / 2, "{} of {}", tally.waits, tally.times.len());
    assert!(tally.times.len() > 500 * DEEDS, "{} calls in {took:?}, 99 of 100 in {:?}", tally.times.len(), tally.p99());
    assert_eq!(misattributed(world.imis.ledger(), NORTH.1), Vec::<String>::new());
    assert_eq!(misattributed(south.ledger(), SOUTH.1), Vec::<String>::new());
    // Nobody is left out of what everybody does.
    for (method, path) in routes() {
        let alone = ["/api/session/confirm"].contains(&path.as_str());
        if known(&method, &path) == Some(Who::SignedIn) && !alone {
            assert!(tally.routes.contains(path.as_str()), "{method} {path} is new: let the crowd do it");
        }
    }
}
