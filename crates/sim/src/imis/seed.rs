//! Rows that are there before anybody writes: activity types, interaction types and actions (imis.md §6.2, §7.1),
//! look-ups around contacts (imis.md §10), pictures, and what was done with the contacts of the stories.
//!
//! None of it is in the ledger, which has what was written to the running site.

mod bodies;
mod pictures;
mod timelines;

use serde_json::{Value, json};

use super::{
    Edition, People,
    contracts::{
        ACTIVITY_TYPE, Contract, INTERACTION_ACTION, INTERACTION_TYPE,
        contacts::{ADDRESS_PURPOSE, COMMUNICATION_TYPE, GEN_TABLE},
    },
    people::ACCESS_KEYWORD,
    rows::{Fields, Row},
    tables::Tables,
    wire::Dialect,
};

/// The tables of a fresh site.
pub(super) fn tables(edition: Edition, people: People) -> Tables {
    let mut tables = Tables::default();
    for (id, description, prompts) in ACTIVITY_TYPES {
        let mut fields: Fields = prompts.iter().map(|&(field, prompt)| (field, json!(prompt))).collect();
        fields.insert("Description", json!(description));
        fields.insert("AllowUserEdit", json!(!SYSTEM_TYPES.contains(id)));
        if *id == ACCESS_KEYWORD {
            fields.insert("AccessKeywords", json!(ACCESS_KEYWORD));
        }
        add(&mut tables, &ACTIVITY_TYPE, id, fields);
    }
    for (code, description, assignable, actions) in INTERACTION_TYPES {
        let fields = Fields::from([
            ("Description", json!(description)),
            ("IsAssignable", json!(assignable)),
            ("IsSystem", json!(!assignable)),
            ("Actions", type_actions(Dialect(edition), code, actions)),
        ]);
        add(&mut tables, &INTERACTION_TYPE, code, fields);
    }
    for (code, description) in INTERACTION_ACTIONS {
        add(&mut tables, &INTERACTION_ACTION, code, Fields::from([("Description", json!(description))]));
    }
    around_contacts(&mut tables);
    pictures::sow(&mut tables);
    timelines::sow(&mut tables, people);
    tables
}

/// What the site calls addresses and kinds of communication, and its general look-up table.
fn around_contacts(tables: &mut Tables) {
    for (number, (name, description, is_default)) in (1..).zip(ADDRESS_PURPOSES) {
        let fields = Fields::from([
            ("Name", json!(name)),
            ("Description", json!(description)),
            ("AllowMultiple", json!(false)),
            ("AllowPreferred", json!(true)),
            ("IsDefaultAddress", json!(is_default)),
            ("IsActive", json!(true)),
        ]);
        add(tables, &ADDRESS_PURPOSE, &format!("0a0a0a0a-0000-4000-8000-{number:012}"), fields);
    }
    for &(id, reason, display) in COMMUNICATION_TYPES {
        let fields = Fields::from([
            ("ReasonCode", json!(reason)),
            ("CommunicationTypeDisplay", json!(display)),
            ("IsDefaultType", json!(id == COMMUNICATION_TYPES[0].0)),
        ]);
        add(tables, &COMMUNICATION_TYPE, id, fields);
    }
    for &(table, code, description) in GENERAL {
        let fields = Fields::from([
            ("Table_Name", json!(table)),
            ("Code", json!(code)),
            ("Upper_Code", json!(code.to_uppercase())),
            ("Description", json!(description)),
        ]);
        add(tables, &GEN_TABLE, &format!("~{table}|{code}"), fields);
    }
}

/// Names, descriptions, and which one new addresses take (imis.md §5.3).
pub(super) const ADDRESS_PURPOSES: &[(&str, &str, bool)] =
    &[("Address", "Main address", true), ("Billing", "Where invoices go", false), ("Home", "Private address", false)];

/// Ids, reason codes and names of the kinds of communication that people can be left out of.
pub(super) const COMMUNICATION_TYPES: &[(&str, &str, &str)] = &[
    ("c0c0c0c0-0000-4000-8000-000000000001", "EMAIL", "E-mail"),
    ("c0c0c0c0-0000-4000-8000-000000000002", "NEWS", "Newsletter"),
    ("c0c0c0c0-0000-4000-8000-000000000003", "PHONE", "Telephone"),
];

const GENERAL: &[(&str, &str, &str)] = &[
    ("PREFIX", "Ms.", "Ms."),
    ("PREFIX", "Mr.", "Mr."),
    ("PREFIX", "Dr.", "Dr."),
    ("PREFIX", "Prof.", "Prof."),
    ("SUFFIX", "Jr.", "Jr."),
    ("SUFFIX", "Sr.", "Sr."),
    ("CUSTOMER_TYPE", "REG", "Regular member"),
    ("CUSTOMER_TYPE", "STU", "Student member"),
    ("CUSTOMER_TYPE", "HON", "Honorary member"),
    ("CUSTOMER_TYPE", "CM", "Committee member"),
    ("CUSTOMER_TYPE", "NM", "Non-member"),
    ("CUSTOMER_TYPE", "ORG", "Organization"),
];

fn add(tables: &mut Tables, contract: &Contract, id: &str, mut fields: Fields) {
    // The key of some is made of other members, and is none itself.
    if contract.field(contract.key).is_some() {
        fields.insert(contract.key, json!(id));
    }
    tables.add(contract, Row { id: id.to_owned(), fields, file: None });
}

fn type_actions(dialect: Dialect, code: &str, actions: &[&str]) -> Value {
    let class = "Membership.DataContracts.ContactInteraction.InteractionTypeActionData";
    let actions = actions
        .iter()
        .map(|action| {
            let members = [("InteractionTypeCode", json!(code)), ("InteractionActionCode", json!(action))];
            dialect.object(class, members)
        })
        .collect();
    dialect.collection(&format!("{class}Collection"), actions)
}

type Prompts = &'static [(&'static str, &'static str)];

/// Types the site itself keeps; not to be offered (imis.md §6.2).
const SYSTEM_TYPES: &[&str] = &["DUES", "ORDER", "GIFT", "MEETING"];

const ACTIVITY_TYPES: &[(&str, &str, Prompts)] = &[
    (
        "CALL",
        "Telephone call",
        &[
            ("DescriptionPrompt", "About"),
            ("EffectiveDatePrompt", "Date of call"),
            ("NotePrompt", "Notes"),
            ("TicklerPrompt", "Call again on"),
        ],
    ),
    (
        "EMAIL",
        "E-mail",
        &[
            ("DescriptionPrompt", "Subject"),
            ("EffectiveDatePrompt", "Sent on"),
            ("NotePrompt", "Body"),
            ("SubtypePrompt", "Direction"),
            ("Uf1Prompt", "Message id"),
            ("SourcePrompt", "Source"),
        ],
    ),
    (
        "ENQUIRY",
        "Member enquiry",
        &[
            ("DescriptionPrompt", "Question"),
            ("NotePrompt", "Answer"),
            ("UnitsPrompt", "Minutes spent"),
            ("ActionPrompt", "Next step"),
            ("Uf1Prompt", "Reference"),
        ],
    ),
    (
        ACCESS_KEYWORD,
        "Legal advice",
        &[("DescriptionPrompt", "Matter"), ("NotePrompt", "Advice"), ("TicklerPrompt", "Deadline")],
    ),
    ("MEETING", "Event registration", &[("DescriptionPrompt", "Event"), ("AmountPrompt", "Fee")]),
    ("DUES", "Membership dues", &[("AmountPrompt", "Amount"), ("ThruDatePrompt", "Paid through")]),
    ("ORDER", "Order", &[("AmountPrompt", "Total")]),
    ("GIFT", "Gift", &[("AmountPrompt", "Amount"), ("CoIdPrompt", "Company")]),
];

const INTERACTION_TYPES: &[(&str, &str, bool, &[&str])] = &[
    ("EMAIL", "E-mail", true, &["RECEIVED", "SENT"]),
    ("CALL", "Telephone call", true, &["RECEIVED", "MADE"]),
    ("HL", "Community", false, &["COMMUNITYMEMBERJOIN"]),
];

const INTERACTION_ACTIONS: &[(&str, &str)] =
    &[("RECEIVED", "Received"), ("SENT", "Sent"), ("MADE", "Made"), ("COMMUNITYMEMBERJOIN", "Joined a community")];
