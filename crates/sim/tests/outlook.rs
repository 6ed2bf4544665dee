//! The stand-in Outlook with Microsoft's own, unmodified library in a frame of another site.
//!
//! Sources: `office-js.md` §1.5 (messages), §1.6 (what the library then shows), §3 (limits).

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail as its steps do")]

#[path = "outlook/browser.rs"]
mod browser;
#[path = "outlook/dialogs.rs"]
mod dialogs;
#[path = "outlook/sending.rs"]
mod sending;
#[path = "outlook/several.rs"]
mod several;

use browser::Stage;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// Calls a method of the library in its own style and hands back the value or the error's code.
pub(crate) fn call(method: &str, arguments: &str) -> String {
    let comma = if arguments.is_empty() { "" } else { ", " };
    format!(
        "{method}({arguments}{comma}result => done(result.status === 'succeeded' ? (result.value ?? null) : \
         {{ code: result.error.code, name: result.error.name }}));"
    )
}

const ITEM: &str = "Office.context.mailbox.item";

#[tokio::test]
async fn the_library_becomes_ready_and_reads_the_mail() {
    let stage = Stage::open("mail=three-attachments").await;
    stage.enter_addin().await;
    assert_eq!(stage.run("return document.body.dataset.host").await, "Outlook OfficeOnline");
    stage.see("#subject", "Papers for the committee").await;
    assert_eq!(stage.run(&format!("return {ITEM}.from.emailAddress")).await, "ada.lovelace@example.org");
    assert_eq!(
        stage.run(&format!("return {ITEM}.cc.map(p => p.displayName)")).await,
        json!(["José Nuñez", "A Stranger"])
    );
    assert_eq!(stage.run(&format!("return {ITEM}.internetMessageId")).await, "<papers@example.org>");
    let profile = "return Office.context.mailbox.userProfile.emailAddress";
    assert_eq!(stage.run(profile).await, "staff1@association.example");
    let html = stage.wait_for(&call(&format!("{ITEM}.body.getAsync"), "'html'")).await;
    assert!(html.as_str().unwrap().contains("<b>agenda</b>"), "{html}");
    let text = stage.wait_for(&call(&format!("{ITEM}.body.getAsync"), "'text'")).await;
    assert!(text.as_str().unwrap().starts_with("Here are the agenda"), "{text}");
    let headers = stage.wait_for(&call(&format!("{ITEM}.getAllInternetHeadersAsync"), "")).await;
    assert!(headers.as_str().unwrap().contains("Message-ID: <papers@example.org>"), "{headers}");
    let names = stage.run(&format!("return {ITEM}.attachments.map(a => [a.name, a.attachmentType])")).await;
    assert_eq!(names, json!([["agenda.pdf", "file"], ["dues.csv", "file"], ["hall.png", "file"]]));
    let csv = call(&format!("{ITEM}.getAttachmentContentAsync"), &format!("{ITEM}.attachments[1].id"));
    let csv = stage.wait_for(&csv).await;
    assert_eq!(csv["format"], "base64");
    assert!(csv["content"].as_str().unwrap().starts_with("TWVtYmVyO05hbWU7RHVlcw0K"), "{csv}");
    let unknown = stage.wait_for(&call(&format!("{ITEM}.getAttachmentContentAsync"), "'nobody'")).await;
    assert_eq!(unknown["code"], 9003);
    stage.end().await;
}

#[tokio::test]
async fn a_pinned_pane_follows_the_selection_and_hears_of_none() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    stage.see("#subject", "Renewal of my membership").await;
    for (key, subject) in [("names-tanaka", "年会費のお支払いについて"), ("no-sender", "A mail without a sender")]
    {
        stage.leave_addin().await;
        stage.run(&format!("document.querySelector('[data-key={key}]').click()")).await;
        stage.enter_addin().await;
        stage.see("#subject", subject).await;
    }
    assert_eq!(stage.run(&format!("return {ITEM}.from ?? null")).await, Value::Null);
    stage.leave_addin().await;
    stage.run("document.getElementById('deselect').click()").await;
    stage.enter_addin().await;
    stage.see("#subject", "no item").await;
    stage.end().await;
}

#[tokio::test]
async fn a_category_the_addin_sets_is_shown_by_the_page() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    let refused = stage.wait_for(&call(&format!("{ITEM}.categories.addAsync"), "['Saved to iMIS']")).await;
    assert_eq!(refused["code"], 9044, "a category not in the mailbox's list is refused");
    let details = "[{ displayName: 'Saved to iMIS', color: Office.MailboxEnums.CategoryColor.Preset4 }]";
    let added = stage.wait_for(&call("Office.context.mailbox.masterCategories.addAsync", details)).await;
    assert_eq!(added, Value::Null);
    let again = stage.wait_for(&call("Office.context.mailbox.masterCategories.addAsync", details)).await;
    assert_eq!(again["code"], 9045);
    stage.wait_for(&call(&format!("{ITEM}.categories.addAsync"), "['Saved to iMIS']")).await;
    let got = stage.wait_for(&call(&format!("{ITEM}.categories.getAsync"), "")).await;
    assert_eq!(got, json!([{ "displayName": "Saved to iMIS", "color": "Preset4" }]));
    stage.leave_addin().await;
    stage.see("#categories .category", "Saved to iMIS").await;
    stage.see("[data-key=plain] .category", "Saved to iMIS").await;
    assert_eq!(stage.outlook.state().messages["plain"].categories, ["Saved to iMIS"]);
    stage.end().await;
}

#[tokio::test]
async fn settings_properties_and_notifications_are_kept() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    stage.run("Office.context.roamingSettings.set('colour', { dark: true })").await;
    assert_eq!(stage.wait_for(&call("Office.context.roamingSettings.saveAsync", "")).await, Value::Null);
    let properties = "Office.context.mailbox.item.loadCustomPropertiesAsync(loaded => {
        loaded.value.set('saved', 'yes'); loaded.value.saveAsync(saved => done(saved.status)); })";
    assert_eq!(stage.wait_for(properties).await, "succeeded");
    let note = "'saved', { type: 'informationalMessage', message: 'Saved', icon: 'icon', persistent: false }";
    let add = call(&format!("{ITEM}.notificationMessages.addAsync"), note);
    assert_eq!(stage.wait_for(&add).await, Value::Null);
    assert_eq!(stage.wait_for(&add).await["code"], 9023);
    stage.leave_addin().await;
    stage.see(".notification", "Saved").await;
    stage.driver.refresh().await.unwrap();
    stage.enter_addin().await;
    let dark = stage.run("return Office.context.roamingSettings.get('colour').dark").await;
    assert_eq!(dark, true, "settings outlive the page");
    let saved = "Office.context.mailbox.item.loadCustomPropertiesAsync(loaded => done(loaded.value.get('saved')))";
    assert_eq!(stage.wait_for(saved).await, "yes");
    stage.end().await;
}

#[tokio::test]
async fn what_is_changed_at_the_same_moment_is_all_kept() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    let details = "[{ displayName: 'Saved to iMIS', color: Office.MailboxEnums.CategoryColor.Preset4 }]";
    stage.wait_for(&call("Office.context.mailbox.masterCategories.addAsync", details)).await;
    let both = format!(
        "let ended = 0;
        const end = () => {{ ended += 1; if (ended === 2) done(null); }};
        {ITEM}.categories.addAsync(['Saved to iMIS'], end);
        const note = {{ type: 'informationalMessage', message: 'Saved', icon: 'icon', persistent: false }};
        {ITEM}.notificationMessages.replaceAsync('saved', note, end)"
    );
    assert_eq!(stage.wait_for(&both).await, Value::Null);
    let kept = &stage.outlook.state().messages["plain"];
    assert_eq!((kept.categories.len(), kept.notifications.len()), (1, 1));
    stage.end().await;
}

#[tokio::test]
async fn each_kind_of_attachment_comes_in_its_own_format() {
    let stage = Stage::open("mail=forwarded").await;
    let first = call(&format!("{ITEM}.getAttachmentContentAsync"), &format!("{ITEM}.attachments[0].id"));
    for (key, format, beginning) in [
        ("forwarded", "eml", "From: Old Member"),
        ("invitation", "iCalendar", "BEGIN:VCALENDAR"),
        ("cloud-link", "url", "https://drive.example.org/gala.mp4"),
    ] {
        stage.leave_addin().await;
        stage.run(&format!("outlookSim.select('{key}')")).await;
        stage.enter_addin().await;
        let subject = stage.outlook.mailbox().mail(key).unwrap().subject.clone();
        stage.see("#subject", &subject).await;
        let content = stage.wait_for(&first).await;
        assert_eq!(content["format"], format);
        assert!(content["content"].as_str().unwrap().starts_with(beginning), "{content}");
    }
    stage.leave_addin().await;
    stage.run("outlookSim.select('large-attachment')").await;
    stage.enter_addin().await;
    stage.see("#subject", "Scan of the 1843 notes").await;
    let length = format!(
        "{ITEM}.getAttachmentContentAsync({ITEM}.attachments[0].id, result => done(atob(result.value.content).length))"
    );
    assert_eq!(stage.wait_for(&length).await, 20 * 1024 * 1024);
    stage.end().await;
}

#[tokio::test]
async fn faults_are_played_on_demand_and_unknown_calls_are_refused() {
    let stage = Stage::open("mail=three-attachments").await;
    stage.run("outlookSim.attachmentFault('agenda.pdf', 'error'); outlookSim.bodyFault('silence')").await;
    stage.enter_addin().await;
    let first = call(&format!("{ITEM}.getAttachmentContentAsync"), &format!("{ITEM}.attachments[0].id"));
    assert_eq!(stage.wait_for(&first).await["code"], 9042);
    let silence = format!(
        "{ITEM}.body.getAsync('text', () => done('answered')); \
         {ITEM}.getAllInternetHeadersAsync(() => {ITEM}.getAllInternetHeadersAsync(() => done('silent')))"
    );
    assert_eq!(stage.wait_for(&silence).await, "silent");
    stage.leave_addin().await;
    stage.run("outlookSim.bodyFault(null)").await;
    stage.enter_addin().await;
    let body = stage.wait_for(&call(&format!("{ITEM}.body.getAsync"), "'text'")).await;
    assert!(body.is_string(), "{body}");
    let moved = stage.wait_for(&call(&format!("{ITEM}.move"), "Office.MailboxEnums.Folder.Inbox")).await;
    assert_eq!(moved["code"], 9032, "a number that is not played is answered with an error");
    let token = "OfficeRuntime.auth.getAccessToken().then(() => done('token'), error => done(error.code))";
    assert_eq!(stage.wait_for(token).await, 13012);
    let legacy = stage.wait_for(&call("Office.context.mailbox.getCallbackTokenAsync", "{ isRest: true }")).await;
    assert_eq!(legacy["code"], 9018);
    stage.end().await;
}

#[tokio::test]
async fn a_hostile_mail_runs_nothing_and_loads_nothing() {
    let stage = Stage::open("mail=hostile").await;
    stage.see("#subject", "<script>alert(1)</script> & \"quotes\" {{braces}}").await;
    stage.enter_addin().await;
    let html = stage.wait_for(&call(&format!("{ITEM}.body.getAsync"), "'html'")).await;
    assert!(html.as_str().unwrap().contains("<script>"), "the add-in gets the mail as it is");
    stage.leave_addin().await;
    let body = stage.driver.query(By::Id("body")).first().await.unwrap();
    body.enter_frame().await.unwrap();
    stage.see("p", "You have won. Claim or leave.").await;
    assert_eq!(stage.run("return window.pwned ?? null").await, Value::Null);
    let loaded = "return performance.getEntriesByType('resource').filter(e => e.responseStatus).map(e => e.name)";
    assert_eq!(stage.run(loaded).await, json!([]));
    stage.leave_addin().await;
    assert!(stage.driver.current_url().await.unwrap().as_str().starts_with("https://outlook.office.com/"));
    stage.end().await;
}

#[tokio::test]
async fn dialogs_open_in_the_page_and_in_a_window() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    for options in ["{ displayInIframe: true }", "{ promptBeforeOpen: false }"] {
        // Closing takes its time: until then the library answers 12007 (`office-js.md` §2).
        let dialog = format!(
            "const open = () => Office.context.ui.displayDialogAsync('https://addin.example.test/dialog', {options}, \
                 result => {{
                     if (result.status !== 'succeeded')
                         return result.error.code === 12007 ? setTimeout(open, 50) : done(result.error.code);
                     result.value.addEventHandler(Office.EventType.DialogMessageReceived, event => {{
                         result.value.close();
                         done(event.message);
                     }});
                 }});
             open();"
        );
        assert_eq!(stage.wait_for(&dialog).await, "hello from the dialog", "{options}");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_theme_reaches_the_pane() {
    let stage = Stage::open("mail=plain&theme=dark").await;
    stage.enter_addin().await;
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(stage.run(dark).await, true);
    stage.leave_addin().await;
    stage.run("document.getElementById('theme').click()").await;
    stage.enter_addin().await;
    assert_eq!(stage.run("return window.told").await, json!(["#ffffff"]));
    stage.end().await;
}

#[tokio::test]
async fn a_ribbon_command_runs_and_reports_its_end() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    stage.leave_addin().await;
    let pressed = "const press = () => outlookSim.command('remember') ? wait() : setTimeout(press, 50);
        const wait = () => outlookSim.commands().length ? done(outlookSim.commands().length) : setTimeout(wait, 50);
        press();";
    assert_eq!(stage.wait_for(pressed).await, 1);
    stage.enter_addin().await;
    assert_eq!(stage.run("return window.pressed").await, "remember");
    stage.end().await;
}

#[tokio::test]
async fn a_shared_folder_names_its_owner() {
    let stage = Stage::open("mail=plain").await;
    stage.enter_addin().await;
    assert_eq!(stage.run(&format!("return typeof {ITEM}.getSharedPropertiesAsync")).await, "undefined");
    stage.leave_addin().await;
    stage.run("outlookSim.shared('team@association.example'); outlookSim.select('forwarded')").await;
    stage.enter_addin().await;
    stage.see("#subject", "FW: Complaint about the invoice").await;
    let shared = stage.wait_for(&call(&format!("{ITEM}.getSharedPropertiesAsync"), "")).await;
    assert_eq!(shared["owner"], "team@association.example");
    stage.end().await;
}

#[tokio::test]
async fn the_list_is_worked_by_keyboard_and_an_unpinned_pane_closes() {
    let stage = Stage::open("mail=reply-all").await;
    let row = stage.driver.query(By::Css("[data-key=reply-all]")).first().await.unwrap();
    row.focus().await.unwrap();
    row.send_keys(Key::Down + "").await.unwrap();
    stage.see("#subject", "Renewal of my membership").await;
    assert_eq!(stage.run("return document.activeElement.dataset.key").await, "plain");
    let width = "return document.getElementById('addin').getBoundingClientRect().width";
    assert_eq!(stage.run(width).await, 320);
    stage.run("document.getElementById('pin').click()").await;
    stage.run("outlookSim.select('forwarded')").await;
    assert_eq!(stage.run("return document.getElementById('addin')").await, Value::Null);
    stage.end().await;
}
