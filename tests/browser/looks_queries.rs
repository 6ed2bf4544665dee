//! How finding, asking and reading queries looks at 320 pixels, and writing a message beside them.

use serde_json::json;
use tests::world::{PASSWORD, World};
use tests::{Look, Pane};

#[tokio::test]
async fn pictures_of_queries_in_light_dark_and_high_contrast() {
    let world = World::start().await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 900).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        pane.press("Queries").await;
        pane.press("Folder Outlook").await;
        pane.sees("Find contacts").await;
        if look == Look::Light {
            pane.press("Favourite: Names only").await;
        }
        pane.picture(&format!("{look}-queries-folder")).await;
        pane.choose("Members").await;
        pane.button("Run").await;
        pane.picture(&format!("{look}-query-prompts")).await;
        pane.press("Run").await;
        pane.button("Export CSV").await;
        pane.picture(&format!("{look}-query-rows")).await;
        pane.fits().await;
        pane.press("Back").await;
        pane.press("All queries").await;
        pane.headed("Favourites").await;
        pane.picture(&format!("{look}-queries-top")).await;
        pane.in_outlook("window.outlookSim.compose('html')", vec![json!(null)]).await;
        pane.headed("You are writing a message").await;
        pane.picture(&format!("{look}-compose")).await;
        pane.press("Queries").await;
        pane.fill("Find a query by name", "Everybody").await;
        pane.sees("query found").await;
        pane.choose("Everybody there is").await;
        pane.headed("Rows 1–100 of 100,000").await;
        pane.press("Choose this page").await;
        pane.press("Put into Bcc").await;
        pane.sees("put into Bcc.").await;
        pane.picture(&format!("{look}-compose-query")).await;
        pane.picture_of_outlook(&format!("{look}-compose-outlook")).await;
        pane.fits().await;
    }
}

#[tokio::test]
async fn a_table_of_rows_is_said_with_its_headings() {
    let world = World::start().await;
    let pane = Pane::open(world.one_process_browser().await, world.outlook.url()).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.press("Queries").await;
    pane.fill("Find a query by name", "Names only").await;
    pane.sees("query found").await;
    pane.choose("Names only").await;
    pane.button("Export CSV").await;
    let spoken = pane.spoken().await;
    for line in ["heading: Names only", "region: Rows of Names only", "button: Open the contact"] {
        assert!(spoken.contains(line), "{line} is not said:\n{spoken}");
    }
    for nameless in ["button: \n", "link: \n", "textbox: \n", "checkbox: \n", "combobox: \n"] {
        assert!(!spoken.contains(nameless), "a control has no name:\n{spoken}");
    }
}
