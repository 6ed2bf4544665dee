//! Many selected messages: the plan, the run, the results, and what an Outlook says that offers less.

use serde_json::{Value, json};
use sim::imis::{Edition, Effect, Fault};
use sim::outlook::MailSource;
use std::collections::BTreeSet;
use tests::world::{A_WHILE, PASSWORD, Plan, World};
use tests::{Look, Pane, until};

async fn world_of(count: usize, edition: Edition) -> World {
    let imis = sim::imis::Settings { edition, ..Default::default() };
    World::of(Plan { imis, mail: MailSource::Season(count), ..Plan::default() }).await
}

/// Clicks the first message, and the last with Shift held.
async fn select_to(pane: &Pane, first: usize, last: usize) {
    const SCRIPT: &str = "
        const [first, last] = [...arguments].map(number => `question-${String(number).padStart(3, '0')}`);
        const click = (key, shiftKey) => document.querySelector(`[data-key=${key}]`)
            .dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey }));
        click(first, false);
        click(last, true);";
    pane.in_outlook(SCRIPT, vec![json!(first), json!(last)]).await;
}

/// Messages that carry the category.
fn marked(world: &World) -> usize {
    let state = world.outlook.state();
    state.messages.values().filter(|message| message.categories.contains(&"Saved to iMIS".to_owned())).count()
}

#[tokio::test]
async fn a_plan_is_run_and_what_failed_is_tried_again_and_nothing_is_twice_in_both_editions() {
    for (edition, entity) in [(Edition::Ems, "CommunicationLog"), (Edition::Imis2017, "ContactInteraction")] {
        let world = world_of(12, edition).await;
        let pane = world.signed_in().await;
        select_to(&pane, 1, 10).await;
        pane.sees("10 messages are selected").await;
        pane.sees("9 new, 1 nobody matches").await;
        pane.sees("Nobody on it is in iMIS").await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", entity));
        pane.press("Save 9 messages as interactions").await;
        pane.headed("8 of 9 messages saved").await;
        pane.press("Try the rest again").await;
        pane.headed("9 messages saved").await;
        let ledger = world.imis.ledger();
        match edition {
            Edition::Ems => {
                assert_eq!(ledger.created("CommunicationLog").len(), 9);
                assert_eq!(
                    ledger.created("CommunicationLogRecipient").len(),
                    12,
                    "three have a copy to another member"
                );
                assert_eq!(ledger.created("CommunicationLogAttachment").len(), 2);
            }
            Edition::Imis2017 => assert_eq!(ledger.created("ContactInteraction").len(), 12),
        }
        until("each carries the category", async || (marked(&world) == 9).then_some(())).await;
        assert_eq!(pane.in_outlook("return outlookSim.loaded()", vec![]).await, Value::Null, "nothing stays loaded");
        pane.press("Done").await;
        pane.sees("10 messages are selected").await;
    }
}

#[tokio::test]
async fn one_message_goes_another_way_than_the_others_and_without_one_of_its_people() {
    let world = world_of(4, Edition::Ems).await;
    let pane = world.signed_in().await;
    pane.resize(1280, 1200).await;
    select_to(&pane, 1, 3).await;
    pane.sees("3 new").await;
    pane.press("Details of Question 003").await;
    pane.press("Leave out Adm. Grace Hopper").await;
    pane.choose_option("Save this one as", "activity").await;
    pane.choose_option("Activity type", "CALL").await;
    pane.press("Save 3 messages").await;
    pane.headed("3 messages saved").await;
    let activities = world.imis.ledger().created("Activity");
    assert_eq!(activities.len(), 1);
    let stored = activities[0].stored.to_string();
    assert!(stored.contains("Question 003") && stored.contains("CALL"), "{stored}");
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 2);
}

#[tokio::test]
async fn a_hundred_messages_are_saved_whole_each_once() {
    let world = world_of(100, Edition::Ems).await;
    let pane = world.signed_in().await;
    select_to(&pane, 1, 100).await;
    pane.sees("93 new, 7 nobody matches").await;
    pane.sees("Outlook hands over at most 100 messages at a time").await;
    pane.press("Save 93 messages as interactions").await;
    for so_many in [30, 60, 93] {
        let written = async || (world.imis.ledger().created("CommunicationLog").len() >= so_many).then_some(());
        until(&format!("{so_many} messages are in iMIS"), written).await;
    }
    pane.headed("93 messages saved").await;
    let logs = world.imis.ledger().created("CommunicationLog");
    let different: BTreeSet<_> = (1..=100)
        .map(|number| format!("question-{number:03}@example.org"))
        .filter(|id| logs.iter().any(|log| log.stored.to_string().contains(id)))
        .collect();
    assert_eq!((logs.len(), different.len()), (93, 93));
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 21);
}

#[tokio::test]
async fn above_a_hundred_the_pane_says_that_outlook_hands_over_no_more() {
    let world = world_of(130, Edition::Ems).await;
    let pane = world.signed_in().await;
    pane.sees("José Núñez").await;
    select_to(&pane, 2, 130).await;
    pane.sees("100 messages are selected").await;
    pane.sees("If you selected more, save these first, then select the rest.").await;
}

#[tokio::test]
async fn a_run_goes_on_while_another_message_is_read_and_its_result_waits() {
    let world = world_of(12, Edition::Ems).await;
    let pane = world.signed_in().await;
    select_to(&pane, 1, 6).await;
    pane.sees("6 new").await;
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("POST", "CommunicationLog").times(6));
    pane.press("Save 6 messages as interactions").await;
    pane.sees("Saving").await;
    pane.open_message("Question 008").await;
    pane.sees("To 1 contact with 1 attachment").await;
    pane.sees("6 messages saved").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 6);
    pane.press("Show").await;
    pane.headed("6 messages saved").await;
    pane.press("Done").await;
    pane.sees("To 1 contact with 1 attachment").await;
}

#[tokio::test]
async fn what_outlook_does_not_give_is_said_and_read_when_it_is_asked_again() {
    let world = world_of(4, Edition::Ems).await;
    let pane = world.signed_in().await;
    pane.in_outlook("outlookSim.loadFault('question-002', 'error')", vec![]).await;
    select_to(&pane, 1, 3).await;
    pane.sees("2 new, 1 not readable").await;
    pane.in_outlook("outlookSim.loadFault('question-002', null)", vec![]).await;
    pane.press("Save 2 messages as interactions").await;
    pane.headed("2 messages saved").await;
    pane.press("Done").await;
    pane.sees("Question 002").await;
    pane.sees("3 messages are selected").await;
}

#[tokio::test]
async fn a_run_is_stopped_and_gone_on_with() {
    let world = world_of(30, Edition::Ems).await;
    let pane = world.signed_in().await;
    select_to(&pane, 1, 9).await;
    pane.sees("9 new").await;
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("POST", "CommunicationLog").times(9));
    pane.press("Save 9 messages as interactions").await;
    pane.press("Stop").await;
    pane.sees("of 9 messages saved").await;
    pane.sees("Not begun").await;
    assert!(world.imis.ledger().created("CommunicationLog").len() < 9);
    pane.press("Try the rest again").await;
    pane.headed("9 messages saved").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 9);
}

#[tokio::test]
async fn an_outlook_that_offers_less_says_so_or_nothing() {
    let world = world_of(4, Edition::Ems).await;
    for (version, said) in
        [("1.5", "No message is open"), ("1.13", "This Outlook cannot read several messages at once")]
    {
        let pane = Pane::open(world.browser().await, format!("{}?mailbox={version}", world.outlook.url())).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        pane.sees("José Núñez").await;
        select_to(&pane, 1, 3).await;
        pane.sees(said).await;
        let text = pane.text().await;
        assert!(!text.contains("Outlook does not say"), "{text}");
    }
}

#[tokio::test]
async fn pictures_of_many_messages_in_light_and_dark_and_every_control_has_a_name() {
    for look in [Look::Light, Look::Dark] {
        let world = world_of(14, Edition::Ems).await;
        let pane = world.pane_in(look, 1200).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        select_to(&pane, 1, 11).await;
        pane.sees("10 new, 1 nobody matches").await;
        pane.picture(&format!("{look}-many-plan")).await;
        pane.press("Details of Question 003").await;
        pane.button("Leave out Adm. Grace Hopper").await;
        pane.picture(&format!("{look}-many-details")).await;
        let spoken = pane.spoken().await;
        for nameless in ["button: \n", "checkbox: \n", "combobox: \n", "progressbar: \n"] {
            assert!(!spoken.contains(nameless), "a control has no name:\n{spoken}");
        }
        assert!(spoken.contains("checkbox: Save all of these: New"), "{spoken}");
        pane.tab_to("Save 10 messages as interactions").await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLog").times(2));
        pane.type_keys("\n").await;
        pane.headed("8 of 10 messages saved").await;
        pane.picture(&format!("{look}-many-result")).await;
        pane.fits().await;
    }
}

#[tokio::test]
async fn what_was_saved_already_is_said_left_out_and_saved_again_where_it_is_wanted() {
    let world = world_of(6, Edition::Ems).await;
    let pane = world.signed_in().await;
    pane.resize(1280, 1200).await;
    pane.open_message("Question 002").await;
    pane.sees("To 1 contact").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    select_to(&pane, 1, 4).await;
    pane.sees("3 new, 1 already saved").await;
    pane.sees("Saved by you").await;
    pane.press("Save 3 messages as interactions").await;
    pane.headed("3 messages saved").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 4);
    pane.press("Done").await;
    pane.sees("4 already saved").await;
    pane.choose("Question 002").await;
    pane.press("Save 1 message as interaction").await;
    pane.headed("1 message saved").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 5);
}
