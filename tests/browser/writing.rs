//! Writing, changing and removing records without a message, with iMIS's ledger as witness.

use crate::timeline::{back, in_one_process, open_contact, world_of};
use sim::imis::{Change, Edition, Effect, Fault};
use tests::Pane;
use tests::world::World;

/// Chooses a type by what it is called.
pub(crate) async fn choose_type(pane: &Pane, title: &str) {
    let field = pane.field("Type").await;
    let option = thirtyfour::By::XPath(format!(".//option[normalize-space(.)='{title}']"));
    field.find(option).await.expect("the type is offered").click().await.expect("it can be chosen");
}

#[tokio::test]
async fn a_call_is_written_from_the_card_and_shows_at_once() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = world.signed_in().await;
        open_contact(&pane, "Leer", "Nils Leer").await;
        pane.sees("Nothing yet.").await;
        pane.press("New entry").await;
        choose_type(&pane, "Telephone call").await;
        pane.fill("About", "Asked about the dues").await;
        pane.field("Call again on").await.send_keys("06/01/2027").await.expect("the field takes a date");
        pane.fill("Notes", "Will pay in June.\nCall again.").await;
        pane.press("Write to iMIS").await;
        pane.sees("Written.").await;
        pane.headed("Timeline").await;
        pane.sees("Asked about the dues").await;
        pane.sees("Follow up Jun 1, 2027").await;
        let written = world.imis.ledger().created("Activity");
        assert_eq!(written.len(), 1);
        assert_eq!(written[0].user, "STAFF1");
        let stored = written[0].stored.to_string();
        for part in ["CALL", "Asked about the dues", "2027-06-01", "Will pay in June."] {
            assert!(stored.contains(part), "{part} is not in {stored}");
        }
    }
}

#[tokio::test]
async fn a_record_goes_to_several_contacts_found_by_typing() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.press("New entry").await;
    choose_type(&pane, "Telephone call").await;
    pane.fill("Add a contact", "hopper").await;
    pane.choose("Grace Hopper").await;
    pane.button("Take out Adm. Grace Hopper").await;
    pane.fill("Add a contact", "acme").await;
    pane.choose("Acme Institute").await;
    pane.button("Take out Acme Institute").await;
    pane.press("Take out Adm. Grace Hopper").await;
    pane.fill("About", "Spring meeting").await;
    pane.press("Write to iMIS").await;
    pane.sees("Written for 2 contacts.").await;
    let written = world.imis.ledger().created("Activity");
    let mut whose: Vec<String> =
        written.iter().map(|entry| entry.stored["ID"].as_str().unwrap_or_default().to_owned()).collect();
    whose.sort();
    assert_eq!(whose, ["122", "200"]);
}

/// Chooses a type among those of a family.
async fn choose_type_of(pane: &Pane, family: &str, title: &str) {
    let field = pane.field("Type").await;
    let path = format!(".//optgroup[@label='{family}']/option[normalize-space(.)='{title}']");
    field
        .find(thirtyfour::By::XPath(path))
        .await
        .expect("the type is offered")
        .click()
        .await
        .expect("it can be chosen");
}

/// What stands in a field.
async fn value(pane: &Pane, label: &str) -> String {
    pane.field(label).await.value().await.expect("the page answers").unwrap_or_default()
}

/// The only record of this kind that was written, as iMIS keeps it.
fn the_one(world: &World, entity: &str) -> serde_json::Value {
    let written = world.imis.ledger().created(entity);
    assert_eq!(written.len(), 1, "{entity}: {written:?}");
    written[0].stored.clone()
}

/// Writes what stands in the form, and sees it on the timeline.
async fn written(pane: &Pane, shown: &str) {
    pane.press("Write to iMIS").await;
    pane.headed("Timeline").await;
    pane.sees("Written.").await;
    pane.find_css(".view-entry").await;
    pane.sees(shown).await;
}

#[tokio::test]
async fn interactions_and_a_note_are_written_from_a_contacts_timeline() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = world.signed_in().await;
        open_contact(&pane, "Leer", "Nils Leer").await;

        // The older edition has no log to write to (imis.md §7.2).
        if edition == Edition::Ems {
            pane.press("New entry").await;
            choose_type(&pane, "Interaction").await;
            pane.fill("Subject required", "Met at the fair").await;
            pane.fill("Text", "In the hall.\nTwice.").await;
            written(&pane, "Met at the fair").await;
            let log = the_one(&world, "CommunicationLog");
            assert_eq!(
                (&log["Subject"], &log["Html"]),
                (&"Met at the fair".into(), &"<p>In the hall.<br>Twice.</p>".into())
            );
            assert_eq!(the_one(&world, "CommunicationLogRecipient")["Party.PartyId"], "122");
        }

        pane.press("New entry").await;
        choose_type_of(&pane, "Interactions", "Telephone call").await;
        pane.choose_option("Action", "MADE").await;
        pane.fill("Description required", "Rang about the fair").await;
        let today = value(&pane, "Date").await;
        assert!(today.len() >= 16, "it is for now, unless somebody says otherwise: {today:?}");
        pane.fill("Details", "No answer.").await;
        written(&pane, "Rang about the fair").await;
        let call = the_one(&world, "ContactInteraction");
        for (name, stored) in [
            ("PartyId", "122"),
            ("InteractionTypeCode", "CALL"),
            ("InteractionActionCode", "MADE"),
            ("Description", "Rang about the fair"),
        ] {
            assert_eq!(call[name], stored, "{call}");
        }
        assert!(call["Details"].as_str().is_some_and(|details| details.starts_with("No answer.")), "{call}");
        assert!(call["InteractionDate"].as_str().is_some_and(|date| date.starts_with(&today[..10])), "{call}");

        pane.press("New entry").await;
        choose_type(&pane, "Note").await;
        pane.fill("Text required", "Likes tea.").await;
        written(&pane, "Likes tea.").await;
        let note = the_one(&world, "PartyNote");
        assert_eq!((&note["PartyId"], &note["Text"]), (&"122".into(), &"Likes tea.".into()));

        pane.choose("Rang about the fair").await;
        pane.headed("Record").await;
        pane.sees("No answer.").await;
        for entity in ["ContactInteraction", "PartyNote"] {
            assert_eq!(world.imis.ledger().created(entity)[0].user, "STAFF1");
        }
    }
}

#[tokio::test]
async fn what_imis_itself_refuses_is_said_at_its_field_in_its_words() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = in_one_process(&world, "STAFF1").await;
        open_contact(&pane, "Leer", "Nils Leer").await;
        pane.press("New entry").await;
        choose_type(&pane, "Telephone call").await;
        pane.fill("About", "Owes us the dues").await;
        let refusal =
            Effect::Invalid { field: "Description".to_owned(), message: "Nothing about money here.".to_owned() };
        world.imis.faults().add(Fault::once(refusal).on("POST", "Activity"));
        pane.press("Write to iMIS").await;
        pane.sees("iMIS did not take it").await;
        let said = pane.find_css("#write-DESCRIPTION-wrong").await.text().await.expect("the page answers");
        assert_eq!(said, "iMIS says: Nothing about money here.");
        let field = pane.field("About").await;
        assert_eq!(field.attr("aria-invalid").await.expect("the page answers").as_deref(), Some("true"));
        assert!(world.imis.ledger().created("Activity").is_empty());
        pane.fill("About", "Asked about the fair").await;
        written(&pane, "Asked about the fair").await;
        assert_eq!(the_one(&world, "Activity")["DESCRIPTION"], "Asked about the fair");
    }
}

#[tokio::test]
async fn what_shows_after_another_type_is_chosen_is_what_is_written() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.press("New entry").await;
    choose_type(&pane, "Interaction").await;
    pane.fill("Subject required", "Asked about the dues").await;
    choose_type_of(&pane, "Interactions", "Telephone call").await;
    assert_eq!(value(&pane, "Description required").await, "", "the subject was another form's");
    pane.choose_option("Action", "MADE").await;
    choose_type_of(&pane, "Interactions", "E-mail").await;
    let action = value(&pane, "Action").await;
    choose_type(&pane, "Interaction").await;
    assert_eq!(value(&pane, "Subject required").await, "Asked about the dues", "and is kept for it");
    choose_type_of(&pane, "Interactions", "E-mail").await;
    pane.fill("Description required", "Wrote back").await;
    written(&pane, "Wrote back").await;
    let stored = the_one(&world, "ContactInteraction");
    assert_eq!((&stored["InteractionActionCode"], &stored["Description"]), (&action.into(), &"Wrote back".into()));
}

#[tokio::test]
async fn writing_is_offered_as_soon_as_imis_has_said_what_may_be_written() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.button("Find a contact").await;
    world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("GET", "InteractionAction").always());
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.sees("Whether you may write here could not be asked").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.button("New entry").await;
    pane.no_longer_sees("Whether you may write here could not be asked").await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_at_its_field() {
    let world = World::start().await;
    let pane = in_one_process(&world, "STAFF1").await;
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.press("New entry").await;
    choose_type(&pane, "Member enquiry").await;
    pane.fill("Minutes spent", "a few").await;
    pane.press("Write to iMIS").await;
    pane.sees("Write a number, such as 1250.50.").await;
    pane.has_the_keyboard("Minutes spent").await;
    pane.fill("Minutes spent", "12.5").await;
    pane.fill("Question", &"x".repeat(300)).await;
    pane.sees("45 characters too many").await;
    pane.press("Write to iMIS").await;
    pane.sees("At most 255 characters.").await;
    assert_eq!(world.imis.ledger().created("Activity").len(), 0);
    pane.fill("Question", "How much?").await;
    pane.press("Write to iMIS").await;
    pane.sees("Written.").await;
    assert!(world.imis.ledger().created("Activity")[0].stored.to_string().contains("12.5"));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_tried_again_and_stands_once() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.press("New entry").await;
    choose_type(&pane, "Telephone call").await;
    pane.fill("About", "Once only").await;
    world.imis.faults().add(Fault::once(Effect::ResetAfterStore).on("POST", "Activity"));
    pane.press("Write to iMIS").await;
    pane.sees("We don't know yet whether this was written").await;
    pane.press("Try again").await;
    pane.sees("Written.").await;
    assert_eq!(world.imis.ledger().created("Activity").len(), 1);
}

#[tokio::test]
async fn a_record_is_changed_and_removed_where_imis_lets_one() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = world.signed_in().await;
        open_contact(&pane, "Lovelace", "Ada Lovelace").await;
        pane.choose("Asked about the prize").await;
        pane.press("Change").await;
        pane.fill("About", "Asked about the medal").await;
        pane.press("Save changes").await;
        pane.headed("Record").await;
        pane.headed("Asked about the medal").await;
        back(&pane).await;
        pane.sees("Asked about the medal").await;
        pane.no_longer_sees("Asked about the prize").await;
        pane.choose("Asked about the medal").await;
        pane.press("Remove").await;
        pane.headed("Remove this record?").await;
        pane.press("Yes, remove").await;
        pane.sees("Removed.").await;
        pane.no_longer_sees("Asked about the medal").await;
        let activities = world.imis.ledger().of("Activity");
        assert!(activities.iter().any(|entry| matches!(entry.change, Change::Deleted)), "{activities:?}");
    }
}

#[tokio::test]
async fn somebody_who_may_write_but_not_remove_is_not_offered_to() {
    let world = World::start().await;
    let pane = in_one_process(&world, "STAFF3").await;
    open_contact(&pane, "Lovelace", "Ada Lovelace").await;
    pane.choose("Asked about the prize").await;
    pane.button("Change").await;
    assert!(!pane.spoken().await.contains("button: Remove"), "{}", pane.spoken().await);
}

#[tokio::test]
async fn a_half_written_form_outlives_another_message_and_is_not_lost_by_a_slip() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.press("New entry").await;
    choose_type(&pane, "Telephone call").await;
    pane.fill("About", "Half a thought").await;
    pane.open_message("Papers for the committee").await;
    let kept = pane.field("About").await.value().await.expect("the page answers");
    assert_eq!(kept.as_deref(), Some("Half a thought"));
    back(&pane).await;
    pane.headed("Leave without saving?").await;
    pane.press("Stay").await;
    let kept = pane.field("About").await.value().await.expect("the page answers");
    assert_eq!(kept.as_deref(), Some("Half a thought"));
    back(&pane).await;
    pane.press("Leave").await;
    pane.headed("Timeline").await;
    assert_eq!(world.imis.ledger().created("Activity").len(), 0);
}
