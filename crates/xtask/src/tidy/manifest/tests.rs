//! Each rule is shown our own manifest, broken in one place.

use super::{Icon, faults};

const OURS: &str = include_str!("../../../../../manifest.xml");

fn icon(size: u32) -> Icon {
    let mut content = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    content.extend(size.to_be_bytes());
    content.extend(size.to_be_bytes());
    (format!("icon-{size}.png"), content)
}

fn icons() -> Vec<Icon> {
    [16, 32, 64, 80, 128].map(icon).to_vec()
}

/// The faults of our manifest after one change, which must have changed something.
fn after(from: &str, to: &str) -> Vec<String> {
    assert!(OURS.contains(from), "the manifest has no `{from}`");
    faults(&OURS.replacen(from, to, 1), &icons(), "0.1.0")
}

fn assert_found(faults: &[String], words: &str) {
    assert!(faults.iter().any(|fault| fault.contains(words)), "expected `{words}` among {faults:#?}");
}

#[test]
fn ours_keeps_every_rule() {
    assert_eq!(faults(OURS, &icons(), "0.1.0"), [""; 0]);
}

#[test]
fn text_that_is_not_xml_is_found() {
    assert_eq!(faults("<OfficeApp>", &icons(), "0.1.0").len(), 1);
}

#[test]
fn another_version_than_the_products_is_found() {
    assert_found(&faults(OURS, &icons(), "0.2.0"), "Version is 0.1.0.0");
}

#[test]
fn an_address_without_encryption_is_found() {
    assert_found(
        &after("https://localhost:8443/icons/icon-64", "http://localhost:8443/icons/icon-64"),
        "is not an https",
    );
    assert_found(&after("paneUrl\" DefaultValue=\"https", "paneUrl\" DefaultValue=\"http"), "is not an https");
}

#[test]
fn a_resource_nobody_defined_is_found() {
    assert_found(&after("<Label resid=\"openLabel\"/>", "<Label resid=\"absent\"/>"), "`absent` is not among");
}

#[test]
fn a_resource_of_the_wrong_kind_is_found() {
    assert_found(
        &after("SourceLocation resid=\"paneUrl\"", "SourceLocation resid=\"icon16\""),
        "where a Url is needed",
    );
}

#[test]
fn a_resource_defined_twice_is_found() {
    assert_found(
        &after("<bt:String id=\"openTitle\"", "<bt:String id=\"openLabel\""),
        "resource `openLabel` stands there twice",
    );
}

#[test]
fn a_resource_with_a_long_name_is_found() {
    let long = "x".repeat(33);
    let changed = OURS.replace("\"openLabel\"", &format!("\"{long}\""));
    assert_found(&faults(&changed, &icons(), "0.1.0"), "more than 32 characters");
}

#[test]
fn a_control_named_twice_is_found() {
    assert_found(
        &after("id=\"composeOpenButton\"", "id=\"readOpenButton\""),
        "control `readOpenButton` stands there twice",
    );
}

#[test]
fn an_icon_that_is_absent_or_of_another_size_is_found() {
    assert_found(&faults(OURS, &icons()[1..], "0.1.0"), "`icon-16.png` is not in static/icons");
    assert_found(&after("icons/icon-16.png", "icons/icon-32.png"), "32 × 32 pixels where 16 × 16");
    assert_found(&after("icons/icon-64.png", "icons/icon-80.png"), "80 × 80 pixels where 64 × 64");
    assert_found(&after("icons/icon-64.png", "elsewhere/icon-64.png"), "is not below /icons");
}

#[test]
fn an_icon_that_is_no_picture_is_found() {
    let mut icons = icons();
    icons[0].1 = b"GIF89a".to_vec();
    assert_found(&faults(OURS, &icons, "0.1.0"), "`icon-16.png` is not a PNG file");
}

#[test]
fn a_button_without_a_size_is_found() {
    assert_found(&after("<bt:Image size=\"80\" resid=\"icon80\"/>", ""), "no icon of 80 pixels");
}

#[test]
fn a_pane_outside_the_listed_domains_is_found() {
    assert_found(
        &after("<AppDomain>https://localhost:8443<", "<AppDomain>https://localhost:9443<"),
        "AppDomains lacks",
    );
    assert_found(
        &after("<AppDomain>https://localhost:8443<", "<AppDomain>https://*.example.org<"),
        "is not an https origin",
    );
    assert_found(
        &after("<AppDomain>https://localhost:8443<", "<AppDomain>https://localhost:8443/<"),
        "is not an https origin",
    );
}

#[test]
fn requirements_that_are_absent_or_shut_clients_out_are_found() {
    assert_found(&after("MinVersion=\"1.5\"", "MinVersion=\"1.8\""), "asks for Mailbox 1.8");
    assert_found(&after("DefaultMinVersion=\"1.5\"", "DefaultMinVersion=\"1.13\""), "asks for Mailbox 1.13");
    assert_found(&after("<Set Name=\"Mailbox\"", "<Set Name=\"DialogApi\""), "does not ask for a Mailbox");
    assert_found(&after(" MinVersion=\"1.5\"", ""), "without a version");
}

#[test]
fn elements_out_of_order_are_found() {
    let icon = "<IconUrl DefaultValue=\"https://localhost:8443/icons/icon-64.png\"/>";
    let moved = OURS.replacen(icon, "", 1).replacen("<SupportUrl", &format!("{icon}<SupportUrl"), 1);
    assert_found(&faults(&moved, &icons(), "0.1.0"), "`IconUrl` stands after `HighResolutionIconUrl`");
    assert_found(&after("<Permissions>", "<Comment/><Permissions>"), "`Comment` is not known");
}

#[test]
fn pinning_in_the_old_block_is_found() {
    let pinned = "<SourceLocation resid=\"paneUrl\"/><SupportsPinning>true</SupportsPinning>";
    assert_found(&after("<SourceLocation resid=\"paneUrl\"/>", pinned), "1.1 only");
}

#[test]
fn a_manifest_that_is_too_large_is_found() {
    assert_found(&after("<ProviderName>", &format!("<!--{}--><ProviderName>", "x".repeat(256 * 1024))), "larger than");
}

#[test]
fn several_selected_mails_without_what_they_need_are_found() {
    let ability = "<SupportsMultiSelect>true</SupportsMultiSelect>";
    assert_found(&after(ability, ""), "no pane supports several");
    assert_found(&after("<SupportsNoItemContext>true", "<SupportsNoItemContext>false"), "need SupportsNoItemContext");
    assert_found(&after("<SupportsPinning>true", "<SupportsPinning>false"), "need SupportsPinning");
    assert_found(
        &after("ReadWriteMailbox</Permissions>", "ReadWriteItem</Permissions>"),
        "the permission ReadWriteMailbox",
    );
    let elsewhere = OURS.replace("MessageReadCommandSurface", "AppointmentAttendeeCommandSurface");
    assert_found(&faults(&elsewhere, &icons(), "0.1.0"), "are not handed to `AppointmentAttendeeCommandSurface`");
    let old = format!("<SourceLocation resid=\"paneUrl\"/>{ability}");
    assert_found(
        &after("<SourceLocation resid=\"paneUrl\"/>", &old),
        "SupportsMultiSelect is known to VersionOverrides 1.1 only",
    );
}

#[test]
fn a_send_handler_that_could_block_is_found() {
    for mode in ["SoftBlock", "Block"] {
        assert_found(&after("SendMode=\"PromptUser\"", &format!("SendMode=\"{mode}\"")), "keeps people from sending");
    }
    assert_found(&after(" SendMode=\"PromptUser\"", ""), "keeps people from sending");
}

#[test]
fn a_send_handler_of_another_name_or_place_is_found() {
    assert_found(&after("FunctionName=\"onMessageSend\"", "FunctionName=\"onSend\""), "FunctionName is not");
    assert_found(&after("Type=\"OnMessageSend\"", "Type=\"OnNewMessageCompose\""), "Type is not");
    assert_found(&after("8443/send.html", "8443/elsewhere.html"), "not our server's /send.html");
    assert_found(&after("8443/send.js", "8443/elsewhere.js"), "not our server's /send.js");
    assert_found(&after("<Runtime resid=\"sendPageUrl\"", "<Runtime resid=\"paneUrl\""), "somewhere else than in");
    assert_found(&after("resid=\"sendScriptUrl\"/>", "resid=\"absentUrl\"/>"), "`absentUrl` is not among");
}

#[test]
fn a_send_handler_that_classic_outlook_cannot_run_is_found() {
    assert_found(
        &after("<Override type=\"javascript\" resid=\"sendScriptUrl\"/>", ""),
        "classic Outlook for Windows runs nothing",
    );
}

#[test]
fn a_send_handler_that_older_clients_would_trip_over_is_found() {
    let event = "<ExtensionPoint xsi:type=\"MessageReadCommandSurface\">";
    let early = format!(
        "<ExtensionPoint xsi:type=\"LaunchEvent\"><LaunchEvents><LaunchEvent/></LaunchEvents></ExtensionPoint>{event}"
    );
    assert_found(&after(event, &early), "known to VersionOverrides 1.1 only");
}
