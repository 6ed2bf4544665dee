//! Everybody knows what was saved: by whom, when, as what and to whom; nothing is saved twice unawares, and what was
//! saved can be taken back. iMIS's ledger is the witness.

use api::Duplicates;
use sim::imis::{Edition, Effect, Fault, Settings};
use std::time::{Duration, Instant};
use tests::world::{PASSWORD, Plan, World};
use tests::{Look, Pane, until};

const PAPERS: &str = "Papers for the committee";

async fn world(edition: Edition) -> World {
    World::of(Plan { imis: Settings { edition, ..Settings::default() }, ..Plan::default() }).await
}

/// Opens the papers, which go to two contacts.
async fn open(pane: &Pane) {
    pane.open_message(PAPERS).await;
    pane.sees("To 2 contacts").await;
}

async fn save(pane: &Pane) {
    open(pane).await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
}

/// How many records there are of the papers, wherever the site keeps interactions.
fn interactions(world: &World) -> usize {
    let ledger = world.imis.ledger();
    ledger.created("CommunicationLog").len() + ledger.created("ContactInteraction").len()
}

#[tokio::test]
async fn a_colleagues_save_shows_when_the_message_is_opened_with_name_day_type_and_contacts() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let staff = world.signed_in().await;
        save(&staff).await;
        let colleague = world.signed_in_as("MANAGER").await;
        colleague.open_message(PAPERS).await;
        colleague.sees("Saved by Hannah Weiss on ").await;
        // Where interactions have types, it is the type that people know.
        let kind = if edition == Edition::Ems { "Interaction" } else { "E-mail" };
        colleague.sees(&format!("as {kind} to 2 contacts")).await;
        colleague.press("José Núñez").await;
        colleague.headed("Contact").await;
        colleague.press("Back").await;
        staff.sees("Saved by you on ").await;
    }
}

#[tokio::test]
async fn two_people_save_one_mail_at_the_same_moment_and_it_is_in_imis_once() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let (one, other) = tokio::join!(world.signed_in(), world.signed_in_as("MANAGER"));
        tokio::join!(open(&one), open(&other));
        tokio::join!(one.press("Save as interaction"), other.press("Save as interaction"));
        // Whoever was slower is told so, or asked before anything goes out.
        let ended = async |pane: &Pane| {
            until("the save ends", async || {
                let said = pane.displayed().await?;
                let ends = ["Saved to iMIS", "Somebody was faster", "Save it once more?"];
                ends.into_iter().find(|end| said.contains(end)).map(|end| end == "Saved to iMIS")
            })
            .await
        };
        let (first, second) = (ended(&one).await, ended(&other).await);
        assert_ne!(first, second, "one of them saves it");
        let (loser, winner) = if first { (&other, "Hannah Weiss") } else { (&one, "Maya Rivera") };
        loser.sees(&format!("by {winner} ")).await;
        assert_eq!(interactions(&world), if edition == Edition::Ems { 1 } else { 2 }, "a record for each contact");
    }
}

#[tokio::test]
async fn who_has_the_message_open_sees_a_colleagues_save_within_two_seconds_and_its_removal_likewise() {
    let world = World::start().await;
    let (one, other) = tokio::join!(world.signed_in(), world.signed_in_as("MANAGER"));
    tokio::join!(open(&one), open(&other));
    one.press("Save as interaction").await;
    one.headed("Saved to iMIS").await;
    let saved = Instant::now();
    other.sees("Saved by Hannah Weiss on ").await;
    assert!(saved.elapsed() < Duration::from_secs(2), "it took {:?}", saved.elapsed());
    other.button("Save again…").await;
    one.press("Undo").await;
    one.headed("Taken back").await;
    let undone = Instant::now();
    other.sees("Removed from iMIS by Hannah Weiss on ").await;
    assert!(undone.elapsed() < Duration::from_secs(2), "it took {:?}", undone.elapsed());
    other.button("Save as interaction").await;
}

#[tokio::test]
async fn a_duplicate_is_saved_only_when_the_person_says_so() {
    let world = World::start().await;
    save(&world.signed_in().await).await;
    let pane = world.signed_in_as("MANAGER").await;
    open(&pane).await;
    pane.sees("Saved by Hannah Weiss on ").await;
    pane.press("Save again…").await;
    pane.headed("Save it once more?").await;
    pane.sees("It will be in iMIS twice.").await;
    pane.picture("light-again").await;
    pane.press("Cancel").await;
    assert_eq!(interactions(&world), 1);
    pane.press("Save again…").await;
    pane.press("Save again").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(interactions(&world), 2);
    pane.sees("and 1 more").await;
}

#[tokio::test]
async fn a_site_that_saves_a_message_once_holds_the_button_and_says_why() {
    let world = World::of(Plan { duplicates: Duplicates::Refused, ..Plan::default() }).await;
    save(&world.signed_in().await).await;
    let pane = world.signed_in_as("MANAGER").await;
    open_held(&pane).await;
    pane.sees("It is saved already, and this site saves a message once.").await;
    let button = pane.button("Save as interaction").await;
    assert_eq!(button.attr("aria-disabled").await.expect("the page answers").as_deref(), Some("true"));
    assert_eq!(interactions(&world), 1);
}

async fn open_held(pane: &Pane) {
    pane.open_message(PAPERS).await;
    pane.sees("Saved by Hannah Weiss on ").await;
}

#[tokio::test]
async fn undoing_takes_record_recipients_attachments_and_category_back() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    save(&pane).await;
    until("the category is set", async || (pane.categories().await.len() == 1).then_some(())).await;
    pane.press("Undo").await;
    pane.headed("Taken back").await;
    let ledger = world.imis.ledger();
    for (entity, gone) in [("CommunicationLog", 1), ("CommunicationLogRecipient", 2), ("CommunicationLogAttachment", 3)]
    {
        assert!(ledger.created(entity).is_empty(), "{entity} is left");
        let written = ledger.of(entity).iter().filter(|entry| entry.change == sim::imis::Change::Created).count();
        assert_eq!(written, gone, "{entity} had been there");
    }
    until("the category goes", async || pane.categories().await.is_empty().then_some(())).await;
    pane.press("Close").await;
    pane.sees("Removed from iMIS by Hannah Weiss on ").await;
    pane.button("Save as interaction").await;
}

#[tokio::test]
async fn a_colleagues_save_is_removed_by_role_and_with_a_reason_and_by_nobody_else() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        save(&world.signed_in().await).await;
        let other = world.signed_in_as("STAFF3").await;
        other.open_message(PAPERS).await;
        other.sees("Saved by Hannah Weiss on ").await;
        other.button("José Núñez").await;
        assert!(!other.text().await.contains("Remove from iMIS"), "who lacks the role is not offered it");
        let pane = world.signed_in_as("MANAGER").await;
        pane.open_message(PAPERS).await;
        pane.choose("Remove from iMIS").await;
        pane.headed("Remove this save from iMIS?").await;
        pane.press("Remove").await;
        pane.sees("Say why: your colleague will want to know.").await;
        pane.picture("light-taking").await;
        pane.fill("Reason", "Sent to the wrong committee").await;
        pane.press("Remove").await;
        pane.sees("Removed from iMIS by Maya Rivera on ").await;
        assert_eq!(interactions(&world), 0);
        other.sees("Removed from iMIS by Maya Rivera on ").await;
        other.press("1 removed save").await;
        other.sees("Reason: Sent to the wrong committee").await;
    }
}

#[tokio::test]
async fn what_imis_does_not_let_go_is_said_and_tried_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    save(&pane).await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "CommunicationLog"));
    pane.choose("Remove from iMIS").await;
    pane.press("Remove").await;
    pane.sees("iMIS did not let everything go").await;
    // Whose record is left is said by name.
    pane.sees("José Núñez: ").await;
    pane.press("Try again").await;
    pane.sees("Removed from iMIS by Hannah Weiss on ").await;
    assert_eq!(interactions(&world), 0);
}

#[tokio::test]
async fn what_undo_leaves_in_imis_is_named_and_nothing_that_is_gone() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    save(&pane).await;
    pane.sees("agenda.pdf").await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "CommunicationLog"));
    pane.press("Undo").await;
    pane.sees("iMIS did not let everything go").await;
    pane.sees("José Núñez: ").await;
    assert!(world.imis.ledger().created("CommunicationLogAttachment").is_empty());
    pane.no_longer_sees("agenda.pdf").await;
    pane.headed("Partly saved").await;
    // A try that the server cannot be reached for says nothing else of what is there.
    let (world, ()) = world
        .while_the_server_is_away(async || {
            pane.press("Try again").await;
            pane.no_longer_sees("iMIS did not let everything go").await;
            pane.headed("Partly saved").await;
            pane.no_longer_sees("agenda.pdf").await;
        })
        .await;
    pane.press("Try again").await;
    pane.headed("Taken back").await;
    assert_eq!(interactions(&world), 0);
}

#[tokio::test]
async fn a_reason_that_is_being_typed_stays_while_the_save_changes() {
    let world = World::start().await;
    let staff = world.signed_in().await;
    open(&staff).await;
    staff.choose("Activity").await;
    staff.choose_option("Activity type", "CALL").await;
    staff.press("Save as activity").await;
    staff.headed("Saved to iMIS").await;
    let pane = world.signed_in_as("MANAGER").await;
    pane.open_message(PAPERS).await;
    pane.choose("Remove from iMIS").await;
    pane.fill("Reason", "Sent to the wrong committee").await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "Activity"));
    staff.choose("Remove from iMIS").await;
    staff.press("Remove").await;
    staff.sees("iMIS did not let everything go").await;
    pane.sees("Partly removed by Hannah Weiss on ").await;
    let typed = pane.field("Reason").await.prop("value").await.expect("it has a value");
    assert_eq!(typed.as_deref(), Some("Sent to the wrong committee"));
    pane.press("Remove").await;
    pane.sees("Removed from iMIS by Maya Rivera on ").await;
    assert!(world.imis.ledger().created("Activity").is_empty());
}

#[tokio::test]
async fn imis_that_cannot_be_asked_is_said_and_asked_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    // What the site offers is known by then.
    pane.open_message("Writing from home").await;
    pane.sees("To 1 contact").await;
    world.imis.faults().add(Fault::once(Effect::Html).on("GET", "CommunicationLog").always());
    open(&pane).await;
    pane.sees("iMIS could not be asked whether it has this message.").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.no_longer_sees("iMIS could not be asked").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
}

#[tokio::test]
async fn a_record_is_opened_from_the_save_that_wrote_it_and_back() {
    let world = World::start().await;
    save(&world.signed_in().await).await;
    let pane = world.signed_in_as("MANAGER").await;
    pane.open_message(PAPERS).await;
    pane.press("Record of José Núñez").await;
    pane.button("Download agenda.pdf").await;
    pane.press("Back").await;
    pane.sees("Saved by Hannah Weiss on ").await;
}

#[tokio::test]
async fn a_conversation_says_how_much_of_it_is_saved() {
    let world = World::start().await;
    // Not by its subject, which its answer has too.
    let pane = Pane::open(world.browser().await, format!("{}?mail=plain", world.outlook.url())).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("To 1 contact").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    pane.open_message("Re: Renewal of my membership").await;
    pane.sees("1 of 2 messages of this conversation are saved").await;
}

#[tokio::test]
async fn a_bar_above_the_message_says_who_saved_it_and_both_marks_can_be_switched_off() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    save(&pane).await;
    until("a bar shows", async || pane.bars().await.first().filter(|bar| bar.contains("by you on")).map(drop)).await;
    pane.press("Undo").await;
    pane.headed("Taken back").await;
    until("the bar goes", async || pane.bars().await.is_empty().then_some(())).await;

    pane.open_account().await;
    pane.choose("Show a bar above messages").await;
    pane.choose("Give messages I save the category").await;
    pane.picture("light-marks").await;
    pane.press("Back").await;
    pane.open_message("Writing from home").await;
    pane.sees("To 1 contact").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    pane.sees("Saved by you on ").await;
    assert_eq!(pane.categories().await, Vec::<String>::new());
    assert_eq!(pane.bars().await, Vec::<String>::new());
    let kept = pane.in_outlook("return JSON.stringify(outlookSim.state().settings)", vec![]).await;
    assert!(kept.as_str().is_some_and(|kept| kept.contains("imis-no-bar")), "the mailbox keeps it: {kept}");

    let colleague = world.signed_in_as("MANAGER").await;
    colleague.open_message("Writing from home").await;
    colleague.sees("Saved by Hannah Weiss on ").await;
    // Who has not switched it off has it; here one mailbox keeps it for both.
    assert_eq!(colleague.bars().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_colleague_reads_on_the_bar_who_saved_the_message() {
    let world = World::start().await;
    save(&world.signed_in().await).await;
    let colleague = world.signed_in_as("MANAGER").await;
    colleague.open_message(PAPERS).await;
    let said =
        async || colleague.bars().await.into_iter().find(|bar| bar.starts_with("Saved to iMIS by Hannah Weiss on "));
    until("the bar names her", said).await;
}

#[tokio::test]
async fn pictures_of_saved_messages_in_light_dark_and_high_contrast() {
    let world = World::start().await;
    let staff = world.signed_in().await;
    save(&staff).await;
    staff.picture("light-undo").await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 1200).await;
        pane.sign_in("MANAGER", PASSWORD).await;
        open(&pane).await;
        pane.sees("Saved by Hannah Weiss on ").await;
        pane.button("José Núñez").await;
        pane.picture(&format!("{look}-saved")).await;
        pane.choose("Remove from iMIS").await;
        pane.headed("Remove this save from iMIS?").await;
        pane.press("Save again…").await;
        pane.headed("Save it once more?").await;
        pane.picture(&format!("{look}-saved-asks")).await;
        pane.fits().await;
        let spoken = pane.spoken().await;
        assert!(spoken.contains("heading: Saved by Hannah Weiss"), "{spoken}");
    }
}
