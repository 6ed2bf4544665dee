//! What Outlook asks of `manifest.xml` that its schema does not say
//! (`office-js.md §4`).
//!
//! The schema itself is checked by hand with xmllint; here stand the rules
//! whose breaking shows only when somebody installs the add-in.

mod picture;
mod sending;

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};

/// An icon below `static/icons`: its name and content.
pub(super) type Icon = (String, Vec<u8>);

/// Outlook refuses a longer one.
const LONGEST_RESID: usize = 32;

/// Outlook refuses a larger manifest.
const LARGEST: usize = 256 * 1024;

/// Exchange on premises and the mobile clients have no newer one; what is newer
/// is asked for at run time.
const NEWEST_MAILBOX: (u32, u32) = (1, 5);

/// The order the schema's prose and Outlook's reader expect.
const ORDER: [&str; 18] = [
    "Id",
    "AlternateId",
    "Version",
    "ProviderName",
    "DefaultLocale",
    "DisplayName",
    "Description",
    "IconUrl",
    "HighResolutionIconUrl",
    "SupportUrl",
    "AppDomains",
    "Hosts",
    "Requirements",
    "FormSettings",
    "Permissions",
    "Rule",
    "DisableEntityHighlighting",
    "VersionOverrides",
];

/// The same within `VersionOverrides`.
const ORDER_OF_OVERRIDES: [&str; 7] = [
    "Description",
    "Requirements",
    "Hosts",
    "Resources",
    "WebApplicationInfo",
    "ExtendedPermissions",
    "VersionOverrides",
];

/// Everything wrong with the manifest of this version of the product.
pub(super) fn faults(xml: &str, icons: &[Icon], version: &str) -> Vec<String> {
    let document = match Document::parse(xml) {
        Ok(document) => document,
        Err(problem) => return vec![format!("manifest.xml: {problem}")],
    };
    let root = document.root_element();
    let mut faults = Vec::new();
    if xml.len() > LARGEST {
        faults.push(format!("is larger than {LARGEST} bytes"));
    }
    faults.extend(order(root, &ORDER));
    faults.extend(product_version(root, version));
    faults.extend(addresses(root));
    faults.extend(domains(root));
    faults.extend(requirements(root));
    faults.extend(mail_icons(root, icons));
    faults.extend(several_mails(root));
    for overrides in named(root, "VersionOverrides") {
        faults.extend(order(overrides, &ORDER_OF_OVERRIDES));
        faults.extend(resources(overrides));
        faults.extend(controls(overrides));
        faults.extend(button_icons(overrides, icons));
        faults.extend(newer_abilities(overrides));
        faults.extend(sending::faults(overrides));
    }
    faults.into_iter().map(|fault| format!("manifest.xml: {fault}")).collect()
}

fn named<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.descendants().filter(move |found| found.has_tag_name_anywhere(name))
}

/// A block of overrides may hold a newer block; what stands in that one is its own affair.
fn own<'a, 'input>(overrides: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    named(overrides, name).filter(move |found| {
        found.ancestors().skip(1).find(|above| above.has_tag_name_anywhere("VersionOverrides")) == Some(overrides)
    })
}

/// Tag names without their namespace: three namespaces share the words.
trait Named {
    fn has_tag_name_anywhere(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_anywhere(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn order(node: Node<'_, '_>, expected: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last = 0;
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        match expected.iter().position(|known| *known == name) {
            None => faults.push(format!("`{name}` is not known in `{}`", node.tag_name().name())),
            Some(place) if place < last => faults.push(format!("`{name}` stands after `{}`", expected[last])),
            Some(place) => last = place,
        }
    }
    faults
}

fn product_version(root: Node<'_, '_>, version: &str) -> Option<String> {
    let expected = format!("{version}.0");
    let found = named(root, "Version").next().and_then(|node| node.text()).unwrap_or_default();
    (found != expected).then(|| format!("Version is {found}, the product's is {expected}"))
}

/// Every address the manifest gives, with the element that gives it.
fn given_addresses<'a>(root: Node<'a, '_>) -> Vec<(&'a str, &'a str)> {
    ["IconUrl", "HighResolutionIconUrl", "SupportUrl", "SourceLocation", "Image", "Url"]
        .into_iter()
        .flat_map(|name| named(root, name))
        .flat_map(|node| {
            std::iter::once(node).chain(node.children().filter(|child| child.has_tag_name_anywhere("Override")))
        })
        .filter_map(|node| {
            let value = node.attribute("DefaultValue").or_else(|| node.attribute("Value"))?;
            Some((node.tag_name().name(), value))
        })
        .collect()
}

fn addresses(root: Node<'_, '_>) -> Vec<String> {
    given_addresses(root)
        .into_iter()
        .filter(|(_, address)| origin(address).is_none())
        .map(|(name, address)| format!("{name} `{address}` is not an https address"))
        .collect()
}

/// Scheme, host and port; nothing where it is not https.
fn origin(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    Some(&address[.."https://".len() + host.len()])
}

fn domains(root: Node<'_, '_>) -> Vec<String> {
    let listed: Vec<&str> = named(root, "AppDomain").filter_map(|node| node.text()).map(str::trim).collect();
    let mut faults: Vec<String> = listed
        .iter()
        .filter(|domain| domain.contains('*') || origin(domain) != Some(domain))
        .map(|domain| format!("AppDomain `{domain}` is not an https origin"))
        .collect();
    let pages: BTreeSet<&str> = given_addresses(root)
        .into_iter()
        .filter(|(name, _)| matches!(*name, "SourceLocation" | "Url"))
        .filter_map(|(_, address)| origin(address))
        .collect();
    faults.extend(
        pages
            .iter()
            .filter(|page| !listed.contains(*page))
            .map(|page| format!("AppDomains lacks {page}, where the pane is: dialogs would fail with 12004")),
    );
    faults
}

fn requirements(root: Node<'_, '_>) -> Vec<String> {
    let mut faults = Vec::new();
    let places = std::iter::once(root).chain(named(root, "VersionOverrides"));
    for place in places {
        let sets = place.children().filter(|child| child.has_tag_name_anywhere("Requirements"));
        let asked: Vec<_> = sets.flat_map(|requirements| named(requirements, "Set")).collect();
        let mailbox = asked.iter().find(|set| set.attribute("Name") == Some("Mailbox"));
        let name = place.tag_name().name();
        match mailbox.map(|set| least_version(*set)) {
            None => faults.push(format!("{name} does not ask for a Mailbox set")),
            Some(None) => faults.push(format!("{name} asks for Mailbox without a version")),
            Some(Some(version)) if version > NEWEST_MAILBOX => {
                faults.push(format!(
                    "{name} asks for Mailbox {}.{}, which shuts out clients that could show the pane",
                    version.0, version.1
                ));
            }
            Some(Some(_)) => {}
        }
    }
    faults
}

fn least_version(set: Node<'_, '_>) -> Option<(u32, u32)> {
    let text = set.attribute("MinVersion").or_else(|| set.parent()?.attribute("DefaultMinVersion"))?;
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn resources(overrides: Node<'_, '_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut kinds = BTreeMap::new();
    for kind in ["Image", "Url", "String"] {
        for (id, _) in own(overrides, kind).filter_map(|node| Some((node.attribute("id")?, node))) {
            if kinds.insert(id, kind).is_some() {
                faults.push(format!("resource `{id}` stands there twice"));
            }
            if id.len() > LONGEST_RESID {
                faults.push(format!("resource `{id}` has a name of more than {LONGEST_RESID} characters"));
            }
        }
    }
    let uses = overrides.descendants().filter(|node| node.has_attribute("resid"));
    for node in uses.filter(|node| innermost(*node) == Some(overrides)) {
        let id = node.attribute("resid").unwrap_or_default();
        let kind = match node.tag_name().name() {
            "Image" => "Image",
            // The script that stands in for a runtime's page.
            "SourceLocation" | "FunctionFile" | "Runtime" | "Override" => "Url",
            _ => "String",
        };
        match kinds.get(id) {
            Some(found) if *found == kind => {}
            Some(found) => faults.push(format!("`{id}` is a {found} where a {kind} is needed")),
            None => faults.push(format!("`{id}` is not among the resources of its own VersionOverrides")),
        }
    }
    faults
}

fn innermost<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    node.ancestors().find(|above| above.has_tag_name_anywhere("VersionOverrides"))
}

fn controls(overrides: Node<'_, '_>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ["Control", "Group"]
        .into_iter()
        .flat_map(|name| own(overrides, name))
        .filter_map(|node| node.attribute("id"))
        .filter(|id| !seen.insert(*id))
        .map(|id| format!("control `{id}` stands there twice"))
        .collect()
}

/// What a pane may be able to do; the older block knows none of it.
const ABILITIES: [&str; 3] = ["SupportsPinning", "SupportsNoItemContext", "SupportsMultiSelect"];

fn newer_abilities(overrides: Node<'_, '_>) -> Vec<String> {
    let newer = overrides.tag_name().namespace().is_some_and(|namespace| namespace.ends_with("/1.1"));
    ABILITIES
        .into_iter()
        .filter(|ability| !newer && own(overrides, ability).next().is_some())
        .map(|ability| format!("{ability} is known to VersionOverrides 1.1 only"))
        .collect()
}

/// Several selected mails are handed to a pane that may stand without an item and stays when the selection changes,
/// on the surfaces of messages, with the largest permission (`office-js.md §3`).
fn several_mails(root: Node<'_, '_>) -> Vec<String> {
    let is_on = |node: &Node<'_, '_>| node.text().is_some_and(|text| text.trim() == "true");
    let wanted: Vec<_> = named(root, "SupportsMultiSelect").filter(is_on).collect();
    if wanted.is_empty() {
        return vec!["no pane supports several selected mails".to_owned()];
    }
    let mut faults = Vec::new();
    if named(root, "Permissions").next().and_then(|node| node.text()) != Some("ReadWriteMailbox") {
        faults.push("several selected mails need the permission ReadWriteMailbox".to_owned());
    }
    for node in wanted {
        let beside = |name: &str| {
            let mut children = node.parent().into_iter().flat_map(|action| action.children());
            children.any(|child| child.has_tag_name_anywhere(name) && is_on(&child))
        };
        for needed in ["SupportsPinning", "SupportsNoItemContext"].into_iter().filter(|needed| !beside(needed)) {
            faults.push(format!("several selected mails need {needed} beside them"));
        }
        let surface = node.ancestors().find(|above| above.has_tag_name_anywhere("ExtensionPoint"));
        let surface = surface.and_then(|point| point.attributes().find(|attribute| attribute.name() == "type"));
        let surface = surface.map(|attribute| attribute.value()).unwrap_or_default();
        if !matches!(surface, "MessageReadCommandSurface" | "MessageComposeCommandSurface") {
            faults.push(format!("several selected mails are not handed to `{surface}`"));
        }
    }
    faults
}

fn mail_icons(root: Node<'_, '_>, icons: &[Icon]) -> Vec<String> {
    [("IconUrl", 64), ("HighResolutionIconUrl", 128)]
        .into_iter()
        .filter_map(|(name, size)| {
            let address = root.children().find(|child| child.has_tag_name_anywhere(name))?.attribute("DefaultValue")?;
            picture::fault(address, size, icons)
        })
        .collect()
}

fn button_icons(overrides: Node<'_, '_>, icons: &[Icon]) -> Vec<String> {
    let addresses: BTreeMap<&str, &str> = own(overrides, "Image")
        .filter_map(|image| Some((image.attribute("id")?, image.attribute("DefaultValue")?)))
        .collect();
    let mut faults = Vec::new();
    for icon in own(overrides, "Icon") {
        let mut sizes = BTreeSet::new();
        for image in icon.children().filter(|child| child.has_tag_name_anywhere("Image")) {
            let size: u32 = image.attribute("size").and_then(|size| size.parse().ok()).unwrap_or_default();
            sizes.insert(size);
            let address = image.attribute("resid").and_then(|id| addresses.get(id));
            faults.extend(address.and_then(|address| picture::fault(address, size, icons)));
        }
        for size in [16, 32, 80].iter().filter(|size| !sizes.contains(*size)) {
            faults.push(format!("a button has no icon of {size} pixels"));
        }
    }
    faults
}

#[cfg(test)]
mod tests;
