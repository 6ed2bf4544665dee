//! Sending a message past an add-in's handler (Smart Alerts, `office-js.md` §3, §4).

use crate::browser::Stage;
use crate::{ITEM, call};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// A message begun, to one and in copy to another, with an attachment.
async fn written(subject: &str, query: &str) -> Stage {
    let stage = Stage::open(&format!("pane=closed{query}")).await;
    stage
        .run(&format!(
            "outlookSim.compose('html'); outlookSim.subject('{subject}'); outlookSim.text('<p>Zoë <b>met</b> us</p>');
             outlookSim.address('to', [{{ name: 'Ada Lovelace', address: 'ada.lovelace@example.org' }}]);
             outlookSim.address('bcc', [{{ name: '', address: 'b@example.org' }}]);
             outlookSim.attach('naïve.txt', 'text/plain', btoa('hello'));"
        ))
        .await;
    stage
}

async fn send(stage: &Stage) {
    stage.driver.query(By::Id("send")).first().await.unwrap().click().await.unwrap();
}

/// What became of the first sending.
async fn sent(stage: &Stage) -> Value {
    let wait =
        "const wait = () => outlookSim.sends().length ? done(outlookSim.sends()[0]) : setTimeout(wait, 20); wait();";
    stage.wait_for(wait).await
}

#[tokio::test]
async fn a_message_that_the_handler_lets_go_lies_in_sent_items_with_another_id_and_no_headers() {
    let stage = written("hello", "").await;
    stage.run("outlookSim.openPane()").await;
    stage.enter_addin().await;
    let header = "{ 'x-probe': 'one' }";
    assert_eq!(stage.wait_for(&call(&format!("{ITEM}.internetHeaders.setAsync"), header)).await, Value::Null);
    let got = stage.wait_for(&call(&format!("{ITEM}.internetHeaders.getAsync"), "['x-probe', 'x-other']")).await;
    assert_eq!(got, json!({ "x-probe": "one" }));
    assert_eq!(stage.wait_for(&call(&format!("{ITEM}.sessionData.setAsync"), "'a', 'b'")).await, Value::Null);
    assert_eq!(stage.wait_for(&call(&format!("{ITEM}.sessionData.getAsync"), "'a'")).await, "b");
    assert_eq!(stage.wait_for(&call(&format!("{ITEM}.sessionData.getAsync"), "'z'")).await["code"], 9050);
    let from = stage.wait_for(&call(&format!("{ITEM}.from.getAsync"), "")).await;
    assert_eq!(from["emailAddress"], "staff1@association.example");
    let attachments = stage.wait_for(&call(&format!("{ITEM}.getAttachmentsAsync"), "")).await;
    assert_eq!(attachments[0]["name"], "naïve.txt");
    assert_eq!(attachments[0]["size"], 5);
    let content =
        call(&format!("{ITEM}.getAttachmentContentAsync"), &format!("'{}'", attachments[0]["id"].as_str().unwrap()));
    assert_eq!(stage.wait_for(&content).await, json!({ "format": "base64", "content": "aGVsbG8=" }));
    assert_eq!(stage.wait_for(&call(&format!("{ITEM}.getItemIdAsync"), "")).await["code"], 9046);
    stage.leave_addin().await;
    send(&stage).await;
    let answer = sent(&stage).await;
    assert_eq!(answer["allowEvent"], true);
    assert_eq!(answer["key"], "sent-1");
    stage.run("outlookSim.select('sent-1')").await;
    stage.see("#subject", "hello").await;
    stage.enter_addin().await;
    stage.see("#subject", "hello").await;
    let id = stage.run(&format!("return {ITEM}.internetMessageId")).await;
    assert!(id.as_str().unwrap().ends_with("@EXCHANGE.association.example>"), "{id}");
    assert_eq!(stage.run(&format!("return {ITEM}.to[0].emailAddress")).await, "ada.lovelace@example.org");
    let html = stage.wait_for(&call(&format!("{ITEM}.body.getAsync"), "'html'")).await;
    assert_eq!(html.as_str().unwrap().trim(), "<p>Zoë <b>met</b> us</p>");
    let csv = call(&format!("{ITEM}.getAttachmentContentAsync"), &format!("{ITEM}.attachments[0].id"));
    assert_eq!(stage.wait_for(&csv).await["content"], "aGVsbG8=");
    let headers = call(&format!("{ITEM}.getAllInternetHeadersAsync"), "");
    assert_eq!(stage.wait_for(&headers).await, "", "Outlook keeps the headers of what was sent to itself");
    stage.leave_addin().await;
    stage.run("outlookSim.sentHeaders(true)").await;
    stage.enter_addin().await;
    assert!(stage.wait_for(&headers).await.as_str().unwrap().contains("x-probe: one"));
    stage.end().await;
}

#[tokio::test]
async fn a_message_that_the_handler_refuses_stays_where_it_is() {
    let stage = written("refuse", "").await;
    send(&stage).await;
    assert_eq!(sent(&stage).await["allowEvent"], false);
    stage.see("#said", "Not like this.").await;
    assert_eq!(stage.run("return outlookSim.draft().subject").await, "refuse");
    assert_eq!(stage.run("return outlookSim.mails().filter(mail => mail.sent).length").await, 0);
    stage.end().await;
}

#[tokio::test]
async fn where_the_handler_hangs_or_throws_people_are_asked_after_five_seconds() {
    for subject in ["hang", "throw"] {
        let stage = written(subject, "").await;
        send(&stage).await;
        let asked = stage.driver.query(By::Id("send-anyway")).and_displayed().first().await;
        asked.unwrap().click().await.unwrap();
        let answer = sent(&stage).await;
        assert!(answer["took"].as_f64().unwrap() >= 5_000.0, "{answer}");
        assert_eq!(stage.run("return outlookSim.mails()[0].subject").await, subject);
        stage.end().await;
    }
}

#[tokio::test]
async fn an_outlook_before_the_send_handlers_sends_without_one() {
    let stage = written("refuse", "&mailbox=1.8").await;
    send(&stage).await;
    let answer = sent(&stage).await;
    assert_eq!(answer, json!({ "allowEvent": true, "took": null, "key": "sent-1" }));
    stage.end().await;
}
