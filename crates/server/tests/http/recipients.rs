//! Putting people from queries and lists into a message.

use crate::queries::{BROKEN_PAGES, EDITIONS, describe, run, world};
use crate::world::World;
use api::{ChosenRow, CollectRecipients, ContactId, ProblemCode, QueryPage, QueryRow, Recipients, RunQuery};
use sim::imis::{Edition, Effect, Fault, People, Settings, Stored};

fn contacts(ids: &[&str]) -> CollectRecipients {
    CollectRecipients {
        contacts: ids.iter().map(|id| ContactId((*id).to_owned())).collect(),
        ..CollectRecipients::default()
    }
}

fn of_query(query: RunQuery) -> CollectRecipients {
    CollectRecipients { query: Some(query), ..CollectRecipients::default() }
}

fn left_out(found: &Recipients) -> (u32, u32, u32, bool) {
    (found.opted_out, found.without_address, found.repeated, found.more)
}

/// 105 and 106 share an address, 108 has none, 123 wants no e-mail, 999999 is nobody.
#[tokio::test]
async fn contacts_are_taken_once_and_those_left_out_are_counted() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let ask = contacts(&["101", "105", "106", "108", "123", "999999", "101"]);
        let found = person.call(&ask).await.unwrap();
        let people: Vec<_> = found.people.iter().map(|person| (&*person.name, person.address.as_str())).collect();
        assert_eq!(people[0].1, "ada.lovelace@example.org");
        assert!(people[0].0.contains("Ada Lovelace"));
        assert_eq!(people.len(), 2, "{people:?}");
        assert_eq!(left_out(&found), (1, 2, 2, false));
    }
}

#[tokio::test]
async fn a_query_gives_each_address_once_however_it_says_who_does_not_want_it() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        // One says so in a column, the other by the contacts' own preferences.
        for name in ["Newsletter readers", "All", "Chair"] {
            let form = describe(&person, name).await;
            let total = person.call(&run(&form, &[])).await.unwrap().total.unwrap();
            let found = person.call(&of_query(run(&form, &[]))).await.unwrap();
            assert_eq!(found.opted_out, 1, "{name}");
            assert!(found.repeated >= 1 && found.without_address >= 1, "{name}: {:?}", left_out(&found));
            let all = found.people.len() as u64 + u64::from(found.opted_out + found.repeated + found.without_address);
            assert_eq!(all, total, "{name}: everybody is somewhere");
            let unique: std::collections::HashSet<_> = found.people.iter().map(|person| &person.address).collect();
            assert_eq!(unique.len(), found.people.len());
            assert!(found.people.iter().all(|person| !person.name.is_empty()), "{name}");
        }
    }
}

/// The rows of a page as the pane sends back those that were chosen.
fn chosen(page: &QueryPage) -> CollectRecipients {
    let cell = |row: &QueryRow, place: usize| row.values[place].clone();
    let row = |row: &QueryRow| ChosenRow {
        contact: row.contact.clone(),
        name: page.name_columns.iter().filter_map(|place| cell(row, *place)).collect::<Vec<_>>().join(" "),
        email: page.email_column.and_then(|place| cell(row, place)),
        opted_out: row.opted_out,
    };
    CollectRecipients { rows: page.rows.iter().map(row).collect(), ..CollectRecipients::default() }
}

/// `imis.md §14.2`: the column is the query's own. By what it says of the opt-out, and to which address, a row is
/// judged alike, whether it is one of all or was chosen by itself.
#[tokio::test]
async fn chosen_rows_are_judged_as_all_rows_of_their_query_are() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        for name in ["At work", "Without keys", "Newsletter readers", "All", "Chair"] {
            let form = describe(&person, name).await;
            let whole = RunQuery { limit: RunQuery::PAGE_MAX, ..run(&form, &[]) };
            let page = person.call(&whole).await.unwrap();
            assert_eq!(page.next, None, "{name} is one page");
            let all = person.call(&of_query(whole)).await.unwrap();
            assert!(all.opted_out > 0 && !all.people.is_empty(), "{name}: {:?}", left_out(&all));
            assert_eq!(person.call(&chosen(&page)).await.unwrap(), all, "{name}");
        }
    }
}

#[tokio::test]
async fn a_chosen_row_goes_to_the_address_that_the_query_shows() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "At work").await;
        let mut page = person.call(&run(&form, &[])).await.unwrap();
        // 102 opted out by the query; 101 and 103 did not, whatever their preferences say.
        page.rows.retain(|row| row.contact.as_ref().is_some_and(|id| ["101", "102", "103"].contains(&id.0.as_str())));
        let found = person.call(&chosen(&page)).await.unwrap();
        let mut addresses: Vec<_> = found.people.iter().map(|person| person.address.as_str()).collect();
        addresses.sort_unstable();
        assert_eq!(addresses, ["101@work.example", "103@work.example"]);
        assert_eq!(left_out(&found), (1, 0, 0, false));
    }
}

#[tokio::test]
async fn no_more_rows_are_judged_than_can_be_chosen() {
    let world = world(sim::imis::Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let row = ChosenRow { contact: None, name: String::new(), email: None, opted_out: None };
    let rows = vec![row; CollectRecipients::MAX + 1];
    let problem = person.call(&CollectRecipients { rows, ..CollectRecipients::default() }).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("rows")));
    // What is no key is asked of nobody: the address is judged without it.
    let odd = |id: &str| ChosenRow {
        contact: Some(ContactId(id.to_owned())),
        name: "Ada\r\nBcc: x".to_owned(),
        email: Some("ada@example.org".to_owned()),
        opted_out: None,
    };
    world.imis.ledger().forget_requests();
    let rows = ["101|102", "in:101", "../token"].map(odd).to_vec();
    let found = person.call(&CollectRecipients { rows, ..CollectRecipients::default() }).await.unwrap();
    assert_eq!(found.people.len() + (found.opted_out + found.repeated) as usize, 3, "{:?}", left_out(&found));
    assert!(found.people.iter().all(|person| person.name == "AdaBcc: x"), "a name became a header");
    assert!(world.imis.ledger().requests().iter().all(|seen| !seen.path.contains("Party")), "iMIS was asked for them");
}

#[tokio::test]
async fn a_person_in_the_query_and_in_the_list_is_one() {
    let world = world(sim::imis::Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, "Find contacts").await;
    let query = Some(run(&form, &[("Last name", &["Lovelace"])]));
    let found = person.call(&CollectRecipients { query, ..contacts(&["101"]) }).await.unwrap();
    assert_eq!((found.people.len(), found.repeated), (1, 1));
}

#[tokio::test]
async fn there_are_so_many_recipients_and_no_more() {
    for edition in EDITIONS {
        let settings = Settings { edition, people: People::Generated(1_200), ..Settings::default() };
        let world = World::with(settings, |_| {}).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "All").await;
        let found = person.call(&of_query(run(&form, &[]))).await.unwrap();
        assert_eq!(found.people.len(), CollectRecipients::MAX);
        assert!(found.more && found.repeated > 0 && found.without_address > 0, "{:?}", left_out(&found));
        let ids: Vec<String> = (0..=CollectRecipients::MAX).map(|number| number.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(person.call(&contacts(&ids)).await.unwrap_err().code, ProblemCode::Invalid);
    }
}

#[tokio::test]
async fn a_query_without_e_mail_column_gives_nobody() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Names only").await;
        assert!(person.call(&run(&form, &[])).await.unwrap().email_column.is_none());
        let problem = person.call(&of_query(run(&form, &[]))).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("email_column")));
    }
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let world = world(sim::imis::Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    for bad in ["", "101|102", "in:101", "../token", "101 ", "a\nb"] {
        let problem = person.call(&contacts(&["101", bad])).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Invalid, "{bad:?}");
    }
}

#[tokio::test]
async fn a_query_that_breaks_off_gives_nobody() {
    for page in BROKEN_PAGES {
        let world = World::with(Settings { max_limit: 40, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "All").await;
        world.imis.faults().add(Fault::once(Effect::Json((*page).to_owned())).on("GET", "query").after(1));
        let problem = person.call(&of_query(run(&form, &[]))).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::ImisNotUnderstood, "{page}");
    }
}

/// 112 wants no newsletter, 123 nothing at all. Which is which only the site's kinds of communication tell.
#[tokio::test]
async fn whoever_does_not_want_what_nobody_can_name_is_left_out() {
    let page =
        |rows: &str| Effect::Json(format!(r#"{{"Items":[{rows}],"TotalCount":1,"HasNext":false,"NextOffset":0}}"#));
    let other = r#"{"CommunicationTypeId":"another","CommunicationTypeDisplay":"Fax"}"#;
    let three = contacts(&["101", "112", "123"]);
    for edition in EDITIONS {
        let site = world(edition).await;
        let person = site.sign_in_as("STAFF1").await;
        let form = describe(&person, "All").await;
        let usual = person.call(&of_query(run(&form, &[]))).await.unwrap();
        for effect in [Effect::Refused, page(""), page(other)] {
            let site = world(edition).await;
            let person = site.sign_in_as("STAFF1").await;
            let form = describe(&person, "All").await;
            site.imis.faults().add(Fault::once(effect.clone()).on("GET", "CommunicationType").always());
            let found = person.call(&three).await.unwrap();
            assert_eq!((found.people.len(), found.opted_out), (1, 2), "{effect:?}");
            assert_eq!(found.people[0].address.as_str(), "ada.lovelace@example.org");
            let found = person.call(&of_query(run(&form, &[]))).await.unwrap();
            let one_less = (usual.people.len() - 1, usual.opted_out + 1);
            assert_eq!((found.people.len(), found.opted_out), one_less, "{effect:?}");
            site.imis.faults().clear();
            let found = person.call(&three).await.unwrap();
            let kept = effect == page(other);
            assert_eq!(found.opted_out, if kept { 2 } else { 1 }, "an empty list is asked for again");
        }
    }
}

#[tokio::test]
async fn nobody_is_given_while_imis_does_not_say_what_they_want() {
    for effect in [Effect::ServerError { stored: Stored::No }, Effect::Html, Effect::Truncated] {
        let world = world(Edition::Ems).await;
        let person = world.sign_in_as("STAFF1").await;
        world.imis.faults().add(Fault::once(effect.clone()).on("GET", "CommunicationType").always());
        assert!(person.call(&contacts(&["101", "112"])).await.is_err(), "{effect:?}");
        world.imis.faults().clear();
        assert_eq!(person.call(&contacts(&["101", "112"])).await.unwrap().people.len(), 2);
    }
}

/// Lists are filtered silently: what a query tells of a contact is then all that is known of it.
#[tokio::test]
async fn contacts_that_imis_does_not_show_are_left_out() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, "All").await;
    let total = person.call(&run(&form, &[])).await.unwrap().total.unwrap();
    let ada = r#"{"Items":[{"PartyId":"101","Name":"Ada"}],"TotalCount":1,"HasNext":false,"NextOffset":0}"#;
    world.imis.faults().add(Fault::once(Effect::Json(ada.to_owned())).on("GET", "Party").always());
    let found = person.call(&of_query(run(&form, &[]))).await.unwrap();
    let people: Vec<_> = found.people.iter().map(|person| person.address.as_str()).collect();
    assert_eq!(people, ["ada.lovelace@example.org"]);
    assert_eq!(1 + u64::from(found.opted_out + found.without_address), total, "everybody is somewhere");
}

#[tokio::test]
async fn a_query_that_takes_too_long_gives_whom_it_found_and_says_so() {
    let latency = std::time::Duration::from_millis(100);
    let settings = sim::imis::Settings { latency, max_limit: 1, ..sim::imis::Settings::default() };
    let world = World::with(settings, |config| config.limits.recipients_total = latency * 6).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, "Newsletter readers").await;
    let total = person.call(&run(&form, &[])).await.unwrap().total.unwrap();
    let found = person.call(&of_query(run(&form, &[]))).await.unwrap();
    let looked_at = found.people.len() as u64 + u64::from(found.opted_out + found.repeated + found.without_address);
    assert!(found.more && looked_at < total, "{looked_at} of {total}: {:?}", left_out(&found));
}
