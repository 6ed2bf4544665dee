//! What runs when a message is sent (Smart Alerts, `office-js.md §4`).

use super::{Named as _, own};
use roxmltree::Node;

/// What the pages and the script of our server are, and which function they name.
const PAGE: &str = "/send.html";
const SCRIPT: &str = "/send.js";
const FUNCTION: &str = "onMessageSend";

/// Everything wrong with the send handler of one block of overrides.
pub(super) fn faults(overrides: Node<'_, '_>) -> Vec<String> {
    let newer = overrides.tag_name().namespace().is_some_and(|namespace| namespace.ends_with("/1.1"));
    let events: Vec<_> = own(overrides, "LaunchEvent").collect();
    let runtimes: Vec<_> = own(overrides, "Runtime").collect();
    if !newer {
        let known_later = !events.is_empty() || !runtimes.is_empty();
        return known_later
            .then(|| "LaunchEvent and Runtimes are known to VersionOverrides 1.1 only".to_owned())
            .into_iter()
            .collect();
    }
    let [event] = events.as_slice() else {
        return vec![format!("{} launch events stand there, where sending alone is one", events.len())];
    };
    let [runtime] = runtimes.as_slice() else {
        return vec![format!("{} runtimes stand there for one launch event", runtimes.len())];
    };
    let mut faults = Vec::new();
    for (name, expected) in [("Type", "OnMessageSend"), ("FunctionName", FUNCTION)] {
        if event.attribute(name) != Some(expected) {
            faults.push(format!("the launch event's {name} is not {expected}"));
        }
    }
    // SoftBlock and Block keep people from sending while the add-in takes long or cannot be reached.
    if event.attribute("SendMode") != Some("PromptUser") {
        faults.push("a SendMode but PromptUser keeps people from sending".to_owned());
    }
    let first = runtime.parent_element().and_then(|runtimes| runtimes.prev_sibling_element());
    if first.is_some() {
        faults.push("Runtimes stands behind another part of its Host, where Outlook does not look".to_owned());
    }
    let page = runtime.attribute("resid");
    let source = event.ancestors().find(|above| above.has_tag_name_anywhere("ExtensionPoint"));
    let source = source.and_then(|point| point.children().find(|child| child.has_tag_name_anywhere("SourceLocation")));
    if source.and_then(|source| source.attribute("resid")) != page {
        faults.push("the launch event runs somewhere else than in its runtime".to_owned());
    }
    let script = runtime.children().find(|child| child.has_tag_name_anywhere("Override"));
    if script.and_then(|script| script.attribute("type")) != Some("javascript") {
        faults.push("the runtime names no script, without which classic Outlook for Windows runs nothing".to_owned());
    }
    let script = script.and_then(|script| script.attribute("resid"));
    for (resid, path) in [(page, PAGE), (script, SCRIPT)] {
        let url = own(overrides, "Url").find(|url| url.attribute("id") == resid && resid.is_some());
        if !url.and_then(|url| url.attribute("DefaultValue")).is_some_and(|address| address.ends_with(path)) {
            faults.push(format!("what is run when a message is sent is not our server's {path}"));
        }
    }
    faults
}
