//! Several selected mails, through the library and the members it lacks (`office-js.md` §0.3, §3).

use serde_json::{Value, json};
use sim::outlook::MailSource;
use thirtyfour::prelude::*;

use super::browser::Stage;
use super::call;

const MAILBOX: &str = "Office.context.mailbox";

/// Clicks the row of a mail with these keys held.
async fn click(stage: &Stage, key: &str, held: &str) {
    let script = format!(
        "document.querySelector('[data-key=\"{key}\"]')
             .dispatchEvent(new MouseEvent('click', {{ bubbles: true, {held} }}))"
    );
    stage.run(&script).await;
}

async fn selected(stage: &Stage) -> Value {
    stage.wait_for(&call(&format!("{MAILBOX}.getSelectedItemsAsync"), "")).await
}

/// Loads a mail, keeps it on the page, and says its subject or the error.
fn load(key_of_id: &str) -> String {
    format!(
        "{MAILBOX}.loadItemByIdAsync({key_of_id}, result => {{ window.item = result.value ?? window.item; \
         done(result.status === 'succeeded' ? result.value.subject : result.error.code); }});"
    )
}

fn id(stage: &Stage, key: &str) -> String {
    format!("'{}'", stage.outlook.mailbox().mail(key).unwrap().id)
}

#[tokio::test]
async fn mails_are_selected_with_ctrl_with_shift_and_by_keyboard() {
    let stage = Stage::open_with("", MailSource::Season(6)).await;
    stage.see("#subject", "Question 001").await;
    click(&stage, "question-003", "ctrlKey: true").await;
    assert_eq!(stage.run("return outlookSim.selected()").await, json!(["question-001", "question-003"]));
    stage.see("#empty-title", "2 items are selected").await;
    click(&stage, "question-005", "shiftKey: true").await;
    assert_eq!(
        stage.run("return outlookSim.selected()").await,
        json!(["question-003", "question-004", "question-005"])
    );
    click(&stage, "question-004", "ctrlKey: true").await;
    assert_eq!(stage.run("return outlookSim.selected()").await, json!(["question-003", "question-005"]));
    click(&stage, "question-002", "").await;
    assert_eq!(stage.run("return outlookSim.selected()").await, json!(["question-002"]));
    let list = stage.driver.query(By::Css("[data-key=question-002]")).first().await.unwrap();
    list.focus().await.unwrap();
    stage.driver.active_element().await.unwrap().send_keys(Key::Shift + Key::Down).await.unwrap();
    assert_eq!(stage.run("return outlookSim.selected()").await, json!(["question-002", "question-003"]));
    stage.driver.active_element().await.unwrap().send_keys(Key::Control + "a").await.unwrap();
    assert_eq!(stage.run("return outlookSim.selected().length").await, 6);
    stage.end().await;
}

#[tokio::test]
async fn several_selected_mails_are_told_and_none_of_them_is_the_open_one() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    stage.see("body[data-listens=yes] #subject", "Renewal of my membership").await;
    assert_eq!(selected(&stage).await.as_array().unwrap().len(), 1);
    stage.leave_addin().await;
    click(&stage, "three-attachments", "ctrlKey: true").await;
    stage.enter_addin().await;
    stage.see("#subject", "no item").await;
    assert_eq!(stage.run("return window.heard").await, json!(["olkSelectedItemsChanged"]));
    assert_eq!(stage.run(&format!("return {MAILBOX}.item ?? null")).await, Value::Null);
    let items = selected(&stage).await;
    let papers = items.as_array().unwrap().iter().find(|item| item["subject"] == "Papers for the committee").unwrap();
    assert_eq!(papers["itemMode"], "Read");
    assert_eq!(papers["itemType"], "message");
    assert_eq!(papers["internetMessageId"], "<papers@example.org>");
    assert_eq!(papers["hasAttachment"], true);
    assert_eq!(papers["itemId"], stage.outlook.mailbox().mail("three-attachments").unwrap().id.as_str());
    stage.end().await;
}

#[tokio::test]
async fn one_selected_mail_is_read_at_a_time_whatever_is_open_beside_it() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    let (papers, plain) = (id(&stage, "three-attachments"), id(&stage, "plain"));
    assert_eq!(stage.wait_for(&load(&papers)).await, "Papers for the committee");
    stage.see("#subject", "Renewal of my membership").await;
    assert_eq!(stage.run("return item.from.emailAddress").await, "ada.lovelace@example.org");
    assert_eq!(stage.run("return item.attachments.map(a => a.name).length").await, 3);
    assert_eq!(stage.run("return item.dateTimeCreated.getUTCFullYear()").await, 2026);
    let body = stage.wait_for(&call("item.body.getAsync", "'html'")).await;
    assert!(body.as_str().unwrap().contains("<b>agenda</b>"), "{body}");
    let open = stage.wait_for(&call(&format!("{MAILBOX}.item.body.getAsync"), "'html'")).await;
    assert!(!open.as_str().unwrap().contains("<b>agenda</b>"), "{open}");
    let csv = stage.wait_for(&call("item.getAttachmentContentAsync", "item.attachments[1].id")).await;
    assert_eq!(csv["format"], "base64");
    let headers = stage.wait_for(&call("item.getAllInternetHeadersAsync", "")).await;
    assert!(headers.as_str().unwrap().contains("Message-ID: <papers@example.org>"), "{headers}");
    assert_eq!(stage.wait_for(&call("item.categories.addAsync", "['Blue category']")).await, Value::Null);
    assert_eq!(stage.outlook.state().messages["three-attachments"].categories, ["Blue category"]);

    assert_eq!(stage.wait_for(&load(&plain)).await, 9042, "the first is not unloaded yet");
    assert_eq!(stage.wait_for(&call("item.unloadAsync", "")).await, Value::Null);
    assert_eq!(stage.wait_for(&call("item.body.getAsync", "'html'")).await["code"], 9049, "it is gone");
    assert_eq!(stage.wait_for(&load(&plain)).await, "Renewal of my membership");
    assert_eq!(stage.wait_for(&call("item.unloadAsync", "")).await, Value::Null);
    assert_eq!(stage.wait_for(&load("'nobody'")).await, 9049);
    stage.end().await;
}

#[tokio::test]
async fn of_more_than_a_hundred_the_first_hundred_are_told_and_no_event() {
    let stage = Stage::open_with("", MailSource::Season(130)).await;
    stage.enter_addin().await;
    stage.see("body[data-listens=yes] #subject", "Question 001").await;
    stage.leave_addin().await;
    click(&stage, "question-100", "shiftKey: true").await;
    stage.enter_addin().await;
    stage.see("#subject", "no item").await;
    assert_eq!(selected(&stage).await.as_array().unwrap().len(), 100);
    assert_eq!(stage.run("return heard.length").await, 1);
    stage.leave_addin().await;
    click(&stage, "question-130", "shiftKey: true").await;
    assert_eq!(stage.run("return outlookSim.selected().length").await, 130);
    stage.enter_addin().await;
    assert_eq!(selected(&stage).await.as_array().unwrap().len(), 100);
    assert_eq!(stage.run("return heard.length").await, 1);
    stage.end().await;
}

#[tokio::test]
async fn an_older_outlook_knows_less() {
    for (version, tells, loads) in [("1.5", json!(9032), json!(9032)), ("1.13", json!(1), json!(9032))] {
        let stage = Stage::open(&format!("mail=plain&mailbox={version}")).await;
        stage.enter_addin().await;
        let supported = format!("return Office.context.requirements.isSetSupported('Mailbox', '{version}')");
        assert_eq!(stage.run(&supported).await, true);
        assert_eq!(stage.run("return Office.context.requirements.isSetSupported('Mailbox', '1.15')").await, false);
        let told = stage.wait_for(&call(&format!("{MAILBOX}.getSelectedItemsAsync"), "")).await;
        match told.as_array() {
            Some(items) => {
                assert_eq!(json!(items.len()), tells);
                assert_eq!(items[0]["internetMessageId"], Value::Null, "it came with 1.14");
            }
            None => assert_eq!(told["code"], tells),
        }
        assert_eq!(stage.wait_for(&load(&id(&stage, "plain"))).await, loads);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_mail_that_cannot_be_loaded_is_played_on_demand() {
    let stage = Stage::open("mail=plain").await;
    stage.run("outlookSim.loadFault('three-attachments', 'error')").await;
    stage.enter_addin().await;
    assert_eq!(stage.wait_for(&load(&id(&stage, "three-attachments"))).await, 9042);
    stage.leave_addin().await;
    stage.run("outlookSim.loadFault('three-attachments', null)").await;
    stage.enter_addin().await;
    assert_eq!(stage.wait_for(&load(&id(&stage, "three-attachments"))).await, "Papers for the committee");
    stage.leave_addin().await;
    assert_eq!(stage.run("return [outlookSim.loaded(), outlookSim.loads()]").await, json!(["three-attachments", 1]));
    stage.end().await;
}
