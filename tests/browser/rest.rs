//! A save that was left in part by a pane that is gone: what is missing is offered and written, and nothing is twice.
//! iMIS's ledger is the witness.

use sim::imis::{Edition, Effect, Fault, Settings};
use tests::world::{A_WHILE, Plan, World};
use tests::{Pane, until};

const PAPERS: &str = "Papers for the committee";
const HOME: &str = "Writing from home";

/// The person comes back to the message in another browser.
async fn comes_back(world: &World) -> Pane {
    let pane = world.signed_in().await;
    pane.open_message(PAPERS).await;
    pane.sees("You saved it in part. Only what is missing is written.").await;
    pane
}

#[tokio::test]
async fn an_interaction_left_in_part_is_finished_once_the_pane_is_opened_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message(PAPERS).await;
    pane.sees("To 2 contacts").await;
    for entity in ["CommunicationLogRecipient", "CommunicationLogAttachment"] {
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", entity));
    }
    pane.press("Save as interaction").await;
    pane.headed("Partly saved").await;
    drop(pane);
    let pane = comes_back(&world).await;
    pane.press("Save the rest").await;
    pane.headed("Saved to iMIS").await;
    let ledger = world.imis.ledger();
    for (entity, count) in
        [("CommunicationLog", 1), ("CommunicationLogRecipient", 2), ("CommunicationLogAttachment", 3)]
    {
        assert_eq!(ledger.created(entity).len(), count, "{entity}");
    }
    pane.press("Close").await;
    pane.sees("Saved by you on ").await;
    pane.button("Save again…").await;
}

#[tokio::test]
async fn what_was_chosen_before_holds_for_the_rest_and_other_words_do_not_stand_in_its_way() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = World::of(Plan { imis: Settings { edition, ..Settings::default() }, ..Plan::default() }).await;
        let pane = world.signed_in().await;
        pane.open_message(PAPERS).await;
        pane.sees("To 2 contacts").await;
        pane.press("Leave out José Núñez").await;
        pane.choose("Activity").await;
        pane.choose_option("Activity type", "CALL").await;
        pane.choose("dues.csv").await;
        pane.fill("Your note", "By phone").await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "LegacyActivityAttachment"));
        pane.press("Save as activity").await;
        pane.headed("Partly saved").await;
        drop(pane);
        let pane = comes_back(&world).await;
        pane.sees("To 1 contact with 2 attachments").await;
        pane.press("Save the rest").await;
        pane.headed("Saved to iMIS").await;
        let ledger = world.imis.ledger();
        assert_eq!((ledger.created("Activity").len(), ledger.created("LegacyActivityAttachment").len()), (1, 2));
        assert_eq!(ledger.created("CommunicationLog").len() + ledger.created("ContactInteraction").len(), 0);
    }
}

#[tokio::test]
async fn a_save_that_came_too_late_speaks_of_itself_while_the_open_message_is_left_in_part() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    // Nobody tells this pane in time.
    let deaf = "window.lost = window.fetch;
        const never = new Promise(() => {});
        const asks = (asked) => String(asked.url ?? asked).includes('/api/saved/');
        window.fetch = (asked, ...more) => asks(asked) ? never : window.lost(asked, ...more);";
    pane.browser.driver.execute(deaf, vec![]).await.expect("the script runs");
    let colleague = world.signed_in_as("MANAGER").await;
    colleague.open_message(HOME).await;
    colleague.sees("To 1 contact").await;
    colleague.press("Save as interaction").await;
    colleague.headed("Saved to iMIS").await;
    drop(colleague);
    pane.open_message(HOME).await;
    pane.sees("To 1 contact").await;
    pane.press("Save as interaction").await;
    pane.headed("Somebody was faster").await;
    pane.finds_the_server().await;
    // Aloud it has the same words.
    let alert = "return document.querySelector('body > [role=alert].visually-hidden')?.textContent ?? ''";
    let aloud = pane.browser.driver.execute(alert, vec![]).await.expect("the script runs");
    assert_eq!(aloud.json(), "Somebody was faster");

    pane.open_message(PAPERS).await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogAttachment"));
    pane.press("Save as interaction").await;
    pane.headed("Partly saved").await;
    pane.press("Close").await;
    pane.button("Save the rest").await;
    pane.sees("It keeps its contacts, kind and attachments.").await;
    pane.choose("Not saved: “Writing from home”").await;
    pane.press("Save again").await;
    pane.sees("Saved “Writing from home”").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 3, "the colleague's, the papers', and this");
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 2, "the rest was not asked for");
}

#[tokio::test]
async fn what_is_left_of_a_save_that_is_taken_back_is_one_button_and_the_line_says_when_it_is_gone() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message(PAPERS).await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogAttachment"));
    pane.press("Save as interaction").await;
    pane.headed("Partly saved").await;
    let slow = Fault::once(Effect::Latency(A_WHILE)).on("DELETE", "CommunicationLogAttachment").always();
    world.imis.faults().add(slow);
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "CommunicationLog"));
    pane.press("Undo").await;
    let meanwhile = async || pane.displayed().await.filter(|said| said.contains("Taking it back from iMIS"));
    let meanwhile = until("it is taken back", meanwhile).await;
    assert!(!meanwhile.contains("Try again") && !meanwhile.contains("Close"), "nothing to press yet: {meanwhile}");
    pane.sees("iMIS did not let everything go").await;
    let left = pane.displayed().await.unwrap_or_default();
    assert_eq!((left.matches("Try again").count(), left.matches("Close").count()), (1, 1), "{left}");
    pane.open_message(HOME).await;
    pane.sees("To 1 contact").await;
    pane.choose("Partly saved “Papers for the committee”").await;
    pane.press("Try again").await;
    pane.sees("Taken back “Papers for the committee”").await;
    assert!(world.imis.ledger().created("CommunicationLog").is_empty());
}
