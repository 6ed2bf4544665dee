//! Rows that are there before anybody writes: activity types, interaction types and actions (imis.md §6.2, §7.1).

use serde_json::{Value, json};

use super::{
    Edition,
    contracts::{ACTIVITY_TYPE, Contract, INTERACTION_ACTION, INTERACTION_TYPE},
    rows::{Fields, Row, Tables},
    wire::Dialect,
};

/// The tables of a fresh site.
pub(super) fn tables(edition: Edition) -> Tables {
    let mut tables = Tables::default();
    for (id, description, prompts) in ACTIVITY_TYPES {
        let mut fields: Fields = prompts.iter().map(|&(field, prompt)| (field, json!(prompt))).collect();
        fields.insert("Description", json!(description));
        fields.insert("AllowUserEdit", json!(!SYSTEM_TYPES.contains(id)));
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
    tables
}

fn add(tables: &mut Tables, contract: &Contract, id: &str, mut fields: Fields) {
    fields.insert(contract.key, json!(id));
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
