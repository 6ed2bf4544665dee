//! The addresses that a person settled: put on a list, looked at, taken off again.

use crate::timeline::in_one_process;
use tests::world::{PASSWORD, World};

const STRANGER: &str = "stranger@unknown.example";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test]
async fn an_address_that_is_not_in_imis_goes_on_the_list_and_off_it_by_keyboard_alone() {
    let world = World::start().await;
    let pane = in_one_process(&world, "STAFF1").await;
    pane.open_message("Papers for the committee").await;
    pane.sees("1 of 3 not in iMIS").await;
    pane.tab_to("1 of 3 not in iMIS").await;
    pane.type_keys("\n").await;
    pane.tab_to(&format!("Never match {STRANGER} again")).await;
    pane.type_keys("\n").await;
    pane.sees(&format!("{STRANGER} is never matched.")).await;
    pane.no_longer_sees("not in iMIS").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
    pane.open_message("Papers for the committee").await;
    pane.sees(&format!("{STRANGER} is never matched.")).await;
    let other = world.pane().await;
    other.sign_in("MANAGER", PASSWORD).await;
    other.open_message("Papers for the committee").await;
    other.sees("1 of 3 not in iMIS").await;
    pane.tab_to("Addresses never matched").await;
    pane.type_keys("\n").await;
    pane.headed("Never matched").await;
    pane.tab_to(&format!("Match {STRANGER} again")).await;
    pane.type_keys("\n").await;
    pane.sees(&format!("{STRANGER} is matched again.")).await;
    pane.sees("There are none yet.").await;
    pane.type_keys(ESCAPE).await;
    pane.sees("1 of 3 not in iMIS").await;
}

#[tokio::test]
async fn the_lists_are_kept_without_a_message_and_ones_own_addresses_with_them() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sign_in("READER1", PASSWORD).await;
    pane.sees("Ines Keller").await;
    pane.close_message().await;
    pane.open_account().await;
    pane.press("Addresses never matched").await;
    pane.sees("There are none yet.").await;
    pane.fill("E-mail", "newsletter").await;
    pane.press("Never match").await;
    pane.sees("Write an e-mail address, such as ada@example.org.").await;
    pane.fill("E-mail", STRANGER).await;
    pane.press("Never match").await;
    pane.headed("Never matched").await;
    pane.fill("E-mail", "ada.lovelace@example.org").await;
    pane.press("It is mine").await;
    pane.headed("My own addresses").await;
    pane.sees("ada.lovelace@example.org is one of your own.").await;
    pane.press("Back").await;
    pane.headed("My account").await;
    pane.press("Back").await;
    pane.open_message("Papers for the committee").await;
    pane.sees("José Núñez").await;
    pane.sees(&format!("{STRANGER} is never matched.")).await;
    assert!(!pane.text().await.contains("Ms. Ada Lovelace"), "who one is oneself is listed");
    assert!(!pane.text().await.contains("not in iMIS"), "nobody else is missing");
}
