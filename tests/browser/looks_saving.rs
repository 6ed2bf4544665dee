//! How saving looks while it runs, when it is stopped, when it is taken back, and when it waits for a message to be sent:
//! pictures to look at, at 320 pixels.

use serde_json::json;
use sim::imis::{Effect, Fault};
use std::time::Duration;
use tests::world::{PASSWORD, World};
use tests::{Look, Pane, until};

const PAPERS: &str = "Papers for the committee";

/// The pane in one look, with the papers open.
async fn at_the_papers(world: &World, look: Look) -> Pane {
    let pane = world.pane_in(look, 1200).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.open_message(PAPERS).await;
    pane.sees("To 2 contacts").await;
    pane
}

/// To the panel, which stands below the people.
async fn to(pane: &Pane, id: &str) {
    let script = "document.getElementById(arguments[0]).scrollIntoView({ block: 'center' })";
    pane.browser.driver.execute(script, vec![json!(id)]).await.expect("the script runs");
}

#[tokio::test]
async fn pictures_of_a_save_that_runs_is_stopped_and_is_taken_back() {
    for look in Look::ALL {
        let world = World::start().await;
        let pane = at_the_papers(&world, look).await;
        let late = Effect::Latency(Duration::from_secs(6));
        world.imis.faults().add(Fault::once(late).on("POST", "CommunicationLog"));
        pane.press("Save as interaction").await;
        pane.headed("Saving…").await;
        to(&pane, "save-panel-title").await;
        pane.picture(&format!("{look}-saving")).await;
        pane.press("Cancel").await;
        pane.headed("Stopped").await;
        to(&pane, "save-panel-title").await;
        pane.picture(&format!("{look}-stopped")).await;
        pane.press("Go on").await;
        pane.headed("Saved to iMIS").await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "CommunicationLog"));
        pane.press("Undo").await;
        pane.sees("iMIS did not let everything go").await;
        to(&pane, "save-panel-title").await;
        pane.picture(&format!("{look}-undo-left")).await;
        pane.press("Try again").await;
        pane.headed("Taken back").await;
        to(&pane, "save-panel-title").await;
        pane.picture(&format!("{look}-taken-back")).await;
        pane.press("Close").await;
        pane.sees("Removed from iMIS by Hannah Weiss").await;
        pane.picture(&format!("{look}-removed")).await;
        pane.fits().await;
    }
}

#[tokio::test]
async fn pictures_of_what_was_left_in_part_and_of_saves_of_other_messages() {
    for look in Look::ALL {
        let world = World::start().await;
        let pane = at_the_papers(&world, look).await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogAttachment"));
        pane.press("Save as interaction").await;
        pane.headed("Partly saved").await;
        to(&pane, "save-panel-title").await;
        pane.picture(&format!("{look}-partly-panel")).await;
        pane.open_message("Writing from home").await;
        pane.sees("To 1 contact").await;
        pane.press("Save as interaction").await;
        pane.headed("Saved to iMIS").await;
        pane.open_message("Attendance of the spring conference").await;
        pane.sees("2 other messages").await;
        pane.picture(&format!("{look}-others")).await;
        pane.choose("2 other messages").await;
        pane.choose("Partly saved “Papers").await;
        pane.picture(&format!("{look}-others-open")).await;
        pane.fits().await;
        drop(pane);
        let pane = at_the_papers(&world, look).await;
        pane.button("Save the rest").await;
        pane.picture(&format!("{look}-rest")).await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "CommunicationLog"));
        pane.choose("Remove from iMIS").await;
        pane.picture(&format!("{look}-taking-own")).await;
        pane.press("Remove").await;
        pane.sees("iMIS did not let everything go").await;
        pane.picture(&format!("{look}-left")).await;
        pane.fits().await;
    }
}

#[tokio::test]
async fn pictures_of_a_message_that_is_saved_after_sending_and_of_an_imis_that_cannot_be_asked() {
    for look in Look::ALL {
        let world = World::start().await;
        let pane = at_the_papers(&world, look).await;
        pane.open_message("Writing from home").await;
        pane.sees("To 1 contact").await;
        world.imis.faults().add(Fault::once(Effect::Html).on("GET", "CommunicationLog").always());
        pane.open_message(PAPERS).await;
        pane.sees("iMIS could not be asked whether it has this message.").await;
        pane.picture(&format!("{look}-unasked")).await;
        world.imis.faults().clear();
        let script = "
            outlookSim.compose('html');
            outlookSim.subject('Your renewal, and what else there is to say about the meeting in the spring');
            outlookSim.address('to', [{ name: 'Ada Lovelace', address: 'ada.lovelace@example.org' }]);
            outlookSim.address('cc', [{ name: 'José Núñez', address: 'jose.nunez@example.org' }]);";
        pane.in_outlook(script, vec![]).await;
        pane.press("Save to iMIS after sending").await;
        pane.sees("Once sent, the message waits in a list here.").await;
        to(&pane, "sending-title").await;
        pane.picture(&format!("{look}-wish")).await;
        pane.in_outlook("document.getElementById('send').click()", vec![]).await;
        let gone = async || {
            pane.in_outlook("return outlookSim.sends().length", vec![]).await.as_u64().filter(|sent| *sent > 0)
        };
        until("the message goes", gone).await;
        pane.headed("1 sent message is not saved yet").await;
        pane.picture(&format!("{look}-waiting")).await;
        pane.fits().await;
    }
}
