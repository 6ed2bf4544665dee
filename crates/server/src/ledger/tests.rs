//! The corpus of pairs once more, through the store: what is found is what is the same.

use super::identity::Identity;
use super::names;
use crate::config::{Config, Key, Keyring, PublicUrl};
use crate::store::{LedgerRow, LedgerState, Reserved, SaveKey};

#[tokio::test]
async fn every_pair_of_the_corpus_is_found_in_the_store_or_not_as_it_should_be() {
    let former = Keyring::new(Key::new([1; 32]), Vec::new());
    let ring = Keyring::new(Key::new([2; 32]), vec![Key::new([1; 32])]);
    let mut config = Config::new(PublicUrl::parse("http://127.0.0.1:0").unwrap(), ring.clone(), Vec::new());
    config.data = std::env::temp_dir().join(format!("imis-outlook-ledger-{}", uuid::Uuid::new_v4()));
    let store = crate::store::open(&config).await.unwrap();
    let mut wrong = Vec::new();
    for (place, pair) in super::identity::corpus().into_iter().enumerate() {
        for (turn, saved) in [(0, 0), (1, 1)] {
            // Each pair at a site of its own; the first was saved under the former key.
            let site = format!("{place}-{turn}");
            let identities = pair.messages.each_ref().map(Identity::of);
            let save = |name: &str| SaveKey { site: site.clone(), user_name: "ada".to_owned(), save: name.to_owned() };
            let row = |name: &str, identity: &Identity, key: &Key| LedgerRow {
                id: crate::seal::random(),
                save: save(name),
                key_id: key.id().0,
                names: identity.names(key, &site),
                state: LedgerState::Saved,
                begun_ms: 0,
                touched_ms: 0,
                version: 0,
                sealed: serde_json::to_vec(identity).unwrap(),
            };
            let (first, second) = (&identities[saved], identities[1 - saved].clone());
            let reserved = store.reserve(row("1", first, &former.active()), &[], Box::new(|_| true)).await;
            assert!(matches!(reserved.unwrap(), Reserved::New(_)));
            let asked = names(&ring, &second, &site);
            let is = second.clone();
            let blocks = Box::new(move |row: &LedgerRow| {
                serde_json::from_slice::<Identity>(&row.sealed).is_ok_and(|other| other.is(&is))
            });
            let reserved = store.reserve(row("2", &second, &ring.active()), &asked, blocks).await.unwrap();
            if (reserved == Reserved::Taken) != pair.same {
                wrong.push(pair.why.clone());
            }
        }
    }
    std::fs::remove_dir_all(config.data).unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
