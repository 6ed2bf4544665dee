//! Finding contacts among very many, and what the database takes for the same text (imis.md §4.4, §18.11).

use std::time::{Duration, Instant};

use sim::imis::{Collation, People, Settings};

use crate::site::{Site, ids, items};

/// The large database is there for measurements, so it must not be what takes the time.
#[tokio::test]
async fn a_hundred_thousand_contacts_are_found_by_any_part_of_a_text() {
    let site = Site::of(Settings { people: People::Generated(100_000), ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    assert_eq!(site.get(&token, "Party?limit=1").await.json()["TotalCount"], 100_000);
    for query in [
        "Party?email=contact99000@members.example",
        "PartySummary?Email=contains:tact99000@",
        "Party?Email=startsWith:contact99000@",
        "Party?Phone=endsWith:555%2099000",
        "Party?PartyId=in:99000|no-such-id&LastName=contains:oss",
        "PartySummary?Id=99000&OrderBy=Name",
    ] {
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            assert_eq!(ids(&site.get(&token, query).await.json()), ["99000"], "{query}");
            best = best.min(start.elapsed());
        }
        // Reading all contacts one after another takes ten times as long.
        assert!(best < Duration::from_millis(30), "{query}: {best:?}");
    }
    let start = Instant::now();
    let sorted = site.get(&token, "PartySummary?Name=contains:a&OrderBy=Name:Ascending&limit=20").await.json();
    assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
    let names: Vec<String> =
        items(&sorted).iter().map(|one| one["Name"].as_str().expect("a name").to_lowercase()).collect();
    assert!(names.is_sorted() && names.len() == 20, "{names:?}");
    let next = site.get(&token, "PartySummary?Name=contains:a&OrderBy=Name:Ascending&limit=20&offset=20").await.json();
    let first = items(&next)[0]["Name"].as_str().expect("a name").to_lowercase();
    assert!(names[19] <= first, "{first}");
}

/// imis.md §4.4: every column and every operator on it agree with what the contacts say.
#[tokio::test]
async fn parts_of_texts_find_what_they_are_parts_of() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let table: &[(&str, &[&str])] = &[
        ("PartySummary?Name=Ms.%20Ada%20Lovelace", &["101"]),
        ("PartySummary?FullName=startsWith:Ms.%20Ada", &["101"]),
        ("PartySummary?Name=endsWith:hopper", &["107"]),
        ("PartySummary?Name=in:Ruth%20Harbour|Tom%20Harbour", &["105", "106"]),
        ("PartySummary?Name=contains:n%3A", &[]),
        ("PartySummary?Name=contains:harbour&IsOrganization=isTrue:", &["201"]),
        ("Organization?OrganizationName=contains:%3Cbooks%3E", &["201"]),
        ("Person?OrganizationName=contains:book", &[]),
        ("Party?PrimaryOrganization.Name=startsWith:harbour", &["105", "106"]),
        ("Party?Email=contains:rm@", &["124"]),
        ("PartySummary?Email=contains:rm@", &[]),
        ("Party?Email=endsWith:navy.example", &["107"]),
        ("Party?LastName=O'Brien", &["116"]),
        ("Party?PartyId=startsWith:12&LastName=contains:e&OrderBy=LastName:Descending", &["120", "126", "122"]),
        ("Party?Name=contains:%E7%94%B0%E4%B8%AD", &["104"]),
        ("Party?Email=in:office@harbour.example|grace@home.example", &["105", "106", "107"]),
    ];
    for (query, expected) in table {
        let reply = site.get(&token, query).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        assert_eq!(ids(&reply.json()), *expected, "{query}");
    }
}

/// Whether accents matter is the site's collation's business; that they do is assumed (imis.md §18.11).
#[tokio::test]
async fn accents_matter_unless_the_collation_ignores_them() {
    let queries = ["Party?LastName=Nunez", "Party?FirstName=startsWith:jose", "Party?Name=contains:S%C3%89%20N%C3%9A"];
    let mut counts = Vec::new();
    for collation in [Collation::AccentSensitive, Collation::AccentInsensitive] {
        let site = Site::of(Settings { collation, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        for query in queries {
            counts.push(ids(&site.get(&token, query).await.json()).len());
        }
    }
    assert_eq!(counts, [0, 0, 1, 1, 1, 1]);
}
