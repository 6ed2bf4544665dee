//! How it looks and reads, at 320 pixels: pictures to look at, and what a screen reader says.

use crate::timeline::{back, open_contact, shows};
use crate::writing::choose_type;
use sim::imis::{Effect, Fault, PageHeaders, ReferrerPolicy};
use tests::world::{PASSWORD, Plan, World};
use tests::{Look, Pane, Ways};

#[tokio::test]
async fn every_control_has_a_role_and_a_name() {
    let world = World::start().await;
    let pane = Pane::open(world.one_process_browser().await, world.outlook.url()).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    let spoken = pane.spoken().await;
    for line in ["heading: People", "button: Sign out", "button: Save as interaction", "button: Leave out José Núñez"]
    {
        assert!(spoken.contains(line), "{line} is not said:\n{spoken}");
    }
    for nameless in ["button: \n", "link: \n", "textbox: \n", "checkbox: \n", "combobox: \n"] {
        assert!(!spoken.contains(nameless), "a control has no name:\n{spoken}");
    }
}

#[tokio::test]
async fn the_whole_path_is_walked_by_keyboard() {
    let world = World::start().await;
    let pane = Pane::open(world.one_process_browser().await, world.outlook.url()).await;
    pane.sees("Use your iMIS user name and password.").await;
    pane.tab_to("User name").await;
    pane.type_keys("STAFF1").await;
    pane.tab_to("Password").await;
    pane.type_keys(PASSWORD).await;
    pane.type_keys("\n").await;
    pane.sees("Hannah Weiss").await;
    pane.open_message("Writing from home").await;
    pane.sees("To 1 contact").await;
    pane.tab_to("Save as interaction").await;
    pane.type_keys("\n").await;
    pane.headed("Saved to iMIS").await;
    pane.keyboard_at("save-panel-title").await;
    pane.type_keys("\t").await;
    pane.keyboard_on("Undo").await;
}

#[tokio::test]
async fn pictures_of_each_screen_in_light_dark_and_high_contrast() {
    for look in Look::ALL {
        // What is saved under one look is saved already under the next.
        let world = World::start().await;
        let pane = world.pane_in(look, 1200).await;
        pane.sees("Use your iMIS user name and password.").await;
        pane.picture(&format!("{look}-sign-in")).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        pane.open_message("Papers for the committee").await;
        pane.sees("To 2 contacts").await;
        pane.picture(&format!("{look}-message")).await;
        pane.resize(1280, 960).await;
        pane.picture_of_outlook(&format!("{look}-outlook")).await;
        pane.resize(1280, 1200).await;
        pane.open_message("Two of us share this address").await;
        pane.sees("Choose one.").await;
        pane.picture(&format!("{look}-choice")).await;
        pane.close_message().await;
        pane.sees("No message is open").await;
        pane.picture(&format!("{look}-empty")).await;
        pane.open_message("Papers for the committee").await;
        pane.choose("Activity").await;
        pane.sees("Activity type").await;
        pane.picture(&format!("{look}-activity")).await;
        pane.choose("Interaction").await;
        world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogAttachment"));
        pane.press("Save as interaction").await;
        pane.headed("Partly saved").await;
        pane.picture(&format!("{look}-partly")).await;
        pane.press("Try again").await;
        pane.headed("Saved to iMIS").await;
        pane.picture(&format!("{look}-result")).await;
        pane.fits().await;
    }
}

#[tokio::test]
async fn pictures_of_signing_in_through_a_window_in_light_dark_and_high_contrast() {
    let world = World::of(Plan { ways: Ways::UnnamedOrigin, ..Plan::default() }).await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 1200).await;
        pane.button("Sign in with iMIS").await;
        pane.picture(&format!("{look}-ways")).await;
        pane.tab_to("Sign in with iMIS").await;
        pane.type_keys("\n").await;
        pane.sees("Go on in the sign-in window").await;
        pane.press("The window shows a code?").await;
        pane.picture(&format!("{look}-window-open")).await;
        pane.in_window().await;
        pane.close_window().await;
        pane.sees("The sign-in window is closed").await;
        pane.picture(&format!("{look}-window-gone")).await;
        pane.press("Cancel").await;
        pane.has_the_keyboard("Sign in with iMIS").await;
        world.imis.send_with_pages(PageHeaders { referrer: ReferrerPolicy::NoReferrer, ..PageHeaders::default() });
        pane.sign_in_at_imis("STAFF1", PASSWORD).await;
        pane.headed("Is this you?").await;
        pane.picture(&format!("{look}-confirm")).await;
        pane.press("No, sign out").await;
        world.imis.send_with_pages(PageHeaders::default());
        pane.sees_the_window_go().await;
        pane.press("Sign in with iMIS").await;
        pane.sees("Signed in to iMIS as Hannah Weiss.").await;
        pane.headed("People").await;
        pane.picture(&format!("{look}-welcome")).await;
        pane.fits().await;
        pane.press("Close").await;
        pane.has_the_keyboard("Hannah Weiss, my account").await;
        pane.open_account().await;
        pane.sees("This one").await;
        pane.picture(&format!("{look}-account")).await;
        pane.fits().await;
    }
}

#[tokio::test]
async fn pictures_of_the_search_and_the_card_in_light_dark_and_high_contrast() {
    let world = World::start().await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 1200).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        pane.open_message("Papers for the committee").await;
        pane.sees("Changed ").await;
        pane.picture(&format!("{look}-sender")).await;
        pane.press("Find a contact").await;
        pane.picture(&format!("{look}-find-empty")).await;
        pane.fill("Name, ID, e-mail or organisation", "ha").await;
        pane.sees("Ruth Harbour").await;
        pane.picture(&format!("{look}-find")).await;
        pane.fits().await;
        for (typed, name) in [("124", "Manifold"), ("123", "Carla Stumm"), ("long.name", "Maximiliana")] {
            pane.fill("Name, ID, e-mail or organisation", typed).await;
            pane.sees(name).await;
            pane.type_keys("\n").await;
            pane.sees("Changed ").await;
            pane.picture(&format!("{look}-card-{typed}")).await;
            pane.fits().await;
            pane.press("Back").await;
        }
    }
}

#[tokio::test]
async fn pictures_of_the_timeline_a_record_and_its_form_in_light_dark_and_high_contrast() {
    let world = World::start().await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 1600).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        open_contact(&pane, "Langley", "Theodora Langley").await;
        shows(&pane, 20).await;
        pane.picture(&format!("{look}-timeline")).await;
        pane.fill("Search this timeline", "(62)").await;
        shows(&pane, 1).await;
        pane.choose("(62)").await;
        pane.button("Download agenda.txt").await;
        pane.picture(&format!("{look}-record")).await;
        pane.fits().await;
        back(&pane).await;
        pane.headed("Timeline").await;
        pane.press("New entry").await;
        choose_type(&pane, "Member enquiry").await;
        pane.fill("Minutes spent", "a few").await;
        pane.fill("Question", &"How much is it for students? ".repeat(9)).await;
        pane.fill("Add a contact", "hopper").await;
        pane.sees("Grace Hopper").await;
        pane.press("Write to iMIS").await;
        pane.sees("Write a number").await;
        pane.picture(&format!("{look}-form")).await;
        pane.fits().await;
        back(&pane).await;
        pane.headed("Leave without saving?").await;
        pane.picture(&format!("{look}-leave")).await;
    }
}
