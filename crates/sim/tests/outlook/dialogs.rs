//! Windows of the add-in, as Microsoft's own library opens them from a frame in Outlook on the web
//! (`office-js.md` §1.5, §2).

use std::time::Duration;

use thirtyfour::prelude::*;

use super::browser::Stage;

/// Longest wait for the library, which looks for closed windows once a second.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(50);
const QUIET: &str = "https://addin.example.test/";
const TALKATIVE: &str = "https://addin.example.test/dialog";

/// Opens a window; all that is heard of it is written on the page, one word after the other.
async fn open(stage: &Stage, address: &str, options: &str) {
    let script = format!(
        "document.body.dataset.heard = '';
         const hear = word => document.body.dataset.heard += `${{word}};`;
         Office.context.ui.displayDialogAsync('{address}', {options}, result => {{
             if (result.status !== 'succeeded') return hear(result.error.code);
             hear('open');
             window.theDialog = result.value;
             result.value.addEventHandler(Office.EventType.DialogMessageReceived, event => hear(event.origin));
             result.value.addEventHandler(Office.EventType.DialogEventReceived, event => hear(event.error));
         }});"
    );
    stage.run(&script).await;
}

async fn hears(stage: &Stage, words: &str) {
    let exactly = By::Css(format!("body[data-heard='{words}']"));
    let heard = stage.driver.query(exactly).wait(PATIENCE, GLANCE).exists().await.unwrap();
    assert!(heard, "not {words}: {}", stage.run("return document.body.dataset.heard").await);
}

async fn press(stage: &Stage, selector: &str) {
    stage.driver.query(By::Css(selector)).wait(PATIENCE, GLANCE).first().await.unwrap().click().await.unwrap();
}

#[tokio::test]
async fn the_library_hears_that_the_person_closed_the_window() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    let outlook = stage.driver.window().await.unwrap();
    open(&stage, QUIET, "{ promptBeforeOpen: false }").await;
    hears(&stage, "open;").await;
    open(&stage, QUIET, "{ promptBeforeOpen: false }").await;
    hears(&stage, "12007;").await;
    let windows = stage.driver.windows().await.unwrap();
    let popup = windows.into_iter().find(|handle| *handle != outlook).unwrap();
    stage.driver.switch_to_window(popup).await.unwrap();
    stage.driver.query(By::Css("body[data-ready]")).first().await.unwrap();
    assert_eq!(stage.run("return Office.context.mailbox ?? null").await, serde_json::Value::Null);
    stage.driver.close_window().await.unwrap();
    stage.driver.switch_to_window(outlook).await.unwrap();
    stage.enter_addin().await;
    hears(&stage, "12007;12006;").await;
    stage.end().await;
}

#[tokio::test]
async fn a_message_comes_with_the_origin_of_the_page_that_sent_it() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    open(&stage, TALKATIVE, "{ promptBeforeOpen: false }").await;
    hears(&stage, "open;https://addin.example.test;").await;
    stage.end().await;
}

#[tokio::test]
async fn outlooks_own_question_is_answered_by_allow_and_by_ignore() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    open(&stage, TALKATIVE, "{ promptBeforeOpen: true }").await;
    press(&stage, "#newWindowNotificaiton input[value=Ignore]").await;
    hears(&stage, "12009;").await;
    open(&stage, TALKATIVE, "{ promptBeforeOpen: true }").await;
    press(&stage, "#newWindowNotificaiton input[value=Allow]").await;
    hears(&stage, "open;https://addin.example.test;").await;
    stage.end().await;
}

#[tokio::test]
async fn a_browser_that_blocks_windows_is_told_as_12011_under_a_notice_of_the_librarys() {
    let stage = Stage::open("mail=plain&popups=blocked").await;
    stage.enter_addin().await;
    open(&stage, QUIET, "{ promptBeforeOpen: false }").await;
    hears(&stage, "12011;").await;
    press(&stage, "#crossZoneNotification input[type=button]").await;
    let gone = stage.driver.query(By::Id("crossZoneNotification")).wait(PATIENCE, GLANCE).not_exists().await;
    assert!(gone.unwrap());
    stage.end().await;
}

#[tokio::test]
async fn a_window_of_another_domain_is_refused() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    open(&stage, "https://elsewhere.example.test/", "{ promptBeforeOpen: false }").await;
    hears(&stage, "12004;").await;
    open(&stage, "http://addin.example.test/", "{ promptBeforeOpen: false }").await;
    hears(&stage, "12005;").await;
    stage.end().await;
}
