//! What was done with the contacts before the site started: activities, the communication log, contact interactions
//! and notes (imis.md §6, §7).
//!
//! The same site always has the same rows; nothing here is random or depends on the day.

use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime, macros::datetime};

use super::{
    super::{
        People,
        contracts::{
            ACTIVITY, ACTIVITY_ATTACHMENT, CONTACT_INTERACTION, Contract, LOG, LOG_ATTACHMENT, RECIPIENT,
            contacts::PARTY_NOTE,
        },
        filter::written,
        generator,
        ledger::StoredFile,
        people::{ACCESS_KEYWORD, STORY},
        rows::{Fields, Row},
        tables::Tables,
    },
    bodies,
};

/// How many records the long timeline has, without those behind an access keyword.
const LONG: u32 = 300;

/// When the oldest record was written.
const BEGINNING: PrimitiveDateTime = datetime!(2014-01-03 08:00:00);

/// Who wrote the records; the last of them has left.
const WRITERS: &[&str] = &["STAFF1", "MANAGER", "STAFF3", "STAFF2", "JLEGACY"];

const SUBJECTS: &[&str] = &[
    "Re: Room for the spring meeting",
    "Your membership renewal",
    "Question about the standards committee",
    "Minutes of the board – draft",
    "Invoice and VAT number",
    "Change of address",
    "Añadir ponentes al congreso",
    "Thank you for speaking",
    "Accessibility of the venue",
    "Data protection request",
    "Working group nomination",
];

/// Writes rows with ids of their own, below those the site gives later.
struct Sower<'a> {
    tables: &'a mut Tables,
    number: u64,
}

impl Sower<'_> {
    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn counted(&mut self, contract: &Contract, mut fields: Fields, file: Option<StoredFile>) -> u64 {
        let number = self.next();
        fields.insert(contract.key, json!(number));
        self.tables.add(contract, Row { id: number.to_string(), fields, file });
        number
    }

    fn guided(&mut self, contract: &Contract, mut fields: Fields, file: Option<StoredFile>) -> String {
        let id = format!("5eed0000-0000-4000-8000-{:012x}", self.next());
        fields.insert(contract.key, json!(id));
        self.tables.add(contract, Row { id: id.clone(), fields, file });
        id
    }

    fn activity(&mut self, party: u32, kind: &str, at: PrimitiveDateTime, more: &[(&'static str, Value)]) -> u64 {
        let mut fields = Fields::from([
            ("ID", json!(party.to_string())),
            ("ACTIVITY_TYPE", json!(kind)),
            ("TRANSACTION_DATE", json!(written(at))),
            ("EFFECTIVE_DATE", json!(written(at))),
            ("SOURCE_SYSTEM", json!("IMIS")),
        ]);
        fields.extend(more.iter().cloned());
        self.counted(&ACTIVITY, fields, None)
    }

    fn activity_file(&mut self, activity: u64, name: &str, content: &[u8], at: PrimitiveDateTime) {
        let fields = Fields::from([
            ("ActivityId", json!(activity)),
            ("FileName", json!(name)),
            ("AttachedOn", json!(written(at))),
        ]);
        self.counted(&ACTIVITY_ATTACHMENT, fields, Some(StoredFile::of(name.to_owned(), content)));
    }

    /// A log entry with its one recipient; the id of the entry.
    fn log(&mut self, party: u32, (subject, html): (&str, String), (by, at): (&str, PrimitiveDateTime)) -> String {
        let mut fields = stamped(by, at);
        fields.extend([("Status", json!(3)), ("Subject", json!(subject)), ("Html", json!(html))]);
        let log = self.guided(&LOG, fields, None);
        let mut fields = stamped(by, at);
        fields.extend([
            ("CommunicationLog.CommunicationLogId", json!(log)),
            ("Party.PartyId", json!(party.to_string())),
            ("Address", json!(address(party))),
            ("LastEventType", json!(2)),
            ("LastEventDateTime", json!(written(at + Duration::minutes(3)))),
        ]);
        self.guided(&RECIPIENT, fields, None);
        log
    }

    fn log_file(
        &mut self,
        log: &str,
        (name, media): (&str, &str),
        content: &[u8],
        (by, at): (&str, PrimitiveDateTime),
    ) {
        let mut fields = stamped(by, at);
        fields.extend([("CommunicationLogId", json!(log)), ("Name", json!(name)), ("ContentType", json!(media))]);
        self.guided(&LOG_ATTACHMENT, fields, Some(StoredFile::of(name.to_owned(), content)));
    }

    fn interaction(
        &mut self,
        party: u32,
        (kind, action): (&str, &str),
        (description, details): (&str, &str),
        (by, at): (&str, PrimitiveDateTime),
    ) {
        let mut fields = stamped(by, at);
        fields.extend([
            ("PartyId", json!(party.to_string())),
            ("InteractionTypeCode", json!(kind)),
            ("InteractionActionCode", json!(action)),
            ("InteractionDate", json!(written(at))),
            ("Description", json!(description)),
            ("Details", json!(details)),
        ]);
        self.counted(&CONTACT_INTERACTION, fields, None);
    }

    fn note(&mut self, party: u32, (purpose, text): (&str, &str), (by, at): (&str, PrimitiveDateTime)) {
        let mut fields = stamped(by, at);
        fields.extend([("PartyId", json!(party.to_string())), ("Purpose", json!(purpose)), ("Text", json!(text))]);
        self.guided(&PARTY_NOTE, fields, None);
    }
}

fn stamped(by: &str, at: PrimitiveDateTime) -> Fields {
    Fields::from([
        ("UpdateInformation.CreatedBy", json!(by)),
        ("UpdateInformation.CreatedOn", json!(written(at))),
        ("UpdateInformation.UpdatedBy", json!(by)),
        ("UpdateInformation.UpdatedOn", json!(written(at))),
    ])
}

/// The primary address of somebody of the stories.
fn address(party: u32) -> &'static str {
    STORY.iter().find(|row| row.id == party).and_then(|row| row.emails.first().copied()).unwrap_or_default()
}

fn pick<T: Copy>(list: &[T], number: u32) -> T {
    list[number as usize % list.len()]
}

pub(super) fn sow(tables: &mut Tables, people: People) {
    let mut sower = Sower { tables, number: 1_000 };
    short(&mut sower);
    long(&mut sower);
    hostile(&mut sower);
    let at = datetime!(2026-01-20 16:05:00);
    sower.log(121, ("Yearly statement", bodies::huge(2 * 1024 * 1024)), ("STAFF1", at));
    sower.note(121, ("General", "Asks for her statement every January."), ("STAFF1", at + Duration::hours(1)));
    for number in 0..generator::generated_count(people) / 10 {
        generated(&mut sower, generator::FIRST_GENERATED + number * 10, number);
    }
}

/// A few records of people whom other stories are about.
fn short(sower: &mut Sower<'_>) {
    let at = datetime!(2024-09-02 10:30:00);
    sower.activity(101, "CALL", at, &[("DESCRIPTION", json!("Asked about the prize")), ("NOTE", json!("Will write."))]);
    let at = datetime!(2025-06-11 15:00:00);
    let more = [("DESCRIPTION", json!("Agreed to give a talk")), ("TICKLER_DATE", json!("2027-01-15T09:00:00"))];
    sower.activity(101, "CALL", at, &more);
    let at = datetime!(2025-02-20 11:00:00);
    sower.interaction(101, ("CALL", "MADE"), ("Called about the talk", "Left a message."), ("STAFF1", at));
    sower.note(101, ("General", "Prefers to be called in the afternoon."), ("MANAGER", at));
    let at = datetime!(2025-03-03 09:00:00);
    sower.activity(102, "CALL", at, &[("DESCRIPTION", json!("Pregunta sobre la cuota"))]);
    let more = [("DESCRIPTION", json!("Contract of the venue")), ("NOTE", json!("Advised to wait."))];
    sower.activity(102, ACCESS_KEYWORD, at + Duration::days(1), &more);
}

/// Years of records of every kind, some at the same moment, some with files and dates to come back to.
fn long(sower: &mut Sower<'_>) {
    let party = 119;
    for number in 0..LONG {
        // Two neighbours share a moment now and then, as records of one conversation do.
        let days = i64::from(number / 2 * 2) * 15 + i64::from(number % 2) * i64::from(number % 7);
        let at = BEGINNING + Duration::days(days) + Duration::minutes(i64::from(number % 480));
        let by = pick(WRITERS, number);
        let subject = format!("{} ({})", pick(SUBJECTS, number), number + 1);
        match number % 10 {
            0 | 3 | 6 | 9 => long_activity(sower, party, number, (&subject, at)),
            1 | 4 | 7 => long_log(sower, party, number, (&subject, by, at)),
            2 | 5 => {
                let kinds = [("EMAIL", "RECEIVED"), ("CALL", "MADE"), ("HL", "COMMUNITYMEMBERJOIN"), ("EMAIL", "SENT")];
                sower.interaction(party, pick(&kinds, number / 3), (&subject, "Noted for the file."), (by, at));
            }
            _ => {
                let text = format!("<p>{subject}</p><p>To be remembered at the next meeting &amp; after.</p>");
                sower.note(party, (pick(&["General", "Board", "Events"], number), &text), (by, at));
            }
        }
    }
    let at = datetime!(2025-11-11 11:11:00);
    for number in 0..2 {
        let more = [("DESCRIPTION", json!(format!("Legal matter {}", number + 1))), ("NOTE", json!("Confidential."))];
        sower.activity(party, ACCESS_KEYWORD, at + Duration::days(number), &more);
    }
}

fn long_activity(sower: &mut Sower<'_>, party: u32, number: u32, (subject, at): (&str, PrimitiveDateTime)) {
    let kind = pick(&["CALL", "EMAIL", "ENQUIRY", "CALL", "EMAIL", "MEETING", "DUES", "ENQUIRY", "GIFT"], number / 3);
    let mut more = vec![("DESCRIPTION", json!(subject))];
    match kind {
        "DUES" | "GIFT" => more.push(("AMOUNT", json!(120))),
        "MEETING" => more.push(("PRODUCT_CODE", json!("SPRING"))),
        "EMAIL" => {
            more.push(("NOTE", json!(format!("{subject}\r\n\r\nDear Theodora,\r\nplease find it enclosed."))));
            more.push(("UF_1", json!(format!("<seed{number}@mail.example>"))));
            more.push(("PRODUCT_CODE", json!("IN")));
        }
        _ => more.push(("NOTE", json!("Spoke for ten minutes. Nothing to do."))),
    }
    if kind == "CALL" && number.is_multiple_of(4) {
        more.push(("TICKLER_DATE", json!(written(at + Duration::days(30)))));
    }
    let activity = sower.activity(party, kind, at, &more);
    if kind == "EMAIL" {
        let name = format!("enclosure {number}.txt");
        sower.activity_file(activity, &name, format!("Enclosure of record {number}.\n").as_bytes(), at);
    }
}

fn long_log(sower: &mut Sower<'_>, party: u32, number: u32, (subject, by, at): (&str, &str, PrimitiveDateTime)) {
    let html = format!(
        "<html><body><p>Dear Theodora,</p><p>about <b>{subject}</b>: see the <a href=\"https://www.example.org/\">page\
         </a>.</p><table><tr><td>Day</td><td>{number}</td></tr></table><p>Kind regards<br>{by}</p></body></html>"
    );
    let log = sower.log(party, (subject, html), (by, at));
    if number % 20 == 1 {
        sower.log_file(&log, ("agenda.txt", "text/plain"), b"1. Opening\n2. Closing\n", (by, at));
        sower.log_file(&log, ("Bilder Größe.bin", "application/octet-stream"), &[0, 1, 2, 3, 255], (by, at));
    }
}

/// Whatever is shown of these records has to be made harmless first.
fn hostile(sower: &mut Sower<'_>) {
    let party = 120;
    for (number, (title, html)) in (0..).zip(bodies::HOSTILE) {
        let at = datetime!(2025-08-01 12:00:00) + Duration::days(number);
        let log = sower.log(party, (title, (*html).to_owned()), ("STAFF1", at));
        if number == 0 {
            for name in bodies::HOSTILE_NAMES {
                sower.log_file(&log, (name, "text/html"), b"<script>alert(document.domain)</script>", ("STAFF1", at));
            }
        }
    }
    let (title, html) = bodies::HOSTILE[0];
    let at = datetime!(2025-09-01 12:00:00);
    let activity = sower.activity(party, "EMAIL", at, &[("DESCRIPTION", json!(title)), ("NOTE", json!(html))]);
    sower.activity_file(activity, bodies::HOSTILE_NAMES[0], b"<script>alert(1)</script>", at);
    sower.interaction(party, ("EMAIL", "RECEIVED"), (title, bodies::HOSTILE[4].1), ("STAFF1", at + Duration::days(1)));
    sower.note(party, ("<b>General</b>", bodies::HOSTILE[2].1), ("STAFF1", at + Duration::days(2)));
}

/// Two or three records of somebody who was generated.
fn generated(sower: &mut Sower<'_>, party: u32, number: u32) {
    let at = BEGINNING + Duration::days(i64::from(number % 4_000));
    let by = pick(WRITERS, number);
    sower.activity(party, pick(&["CALL", "ENQUIRY"], number), at, &[("DESCRIPTION", json!(pick(SUBJECTS, number)))]);
    sower.interaction(party, ("EMAIL", "SENT"), (pick(SUBJECTS, number + 1), ""), (by, at + Duration::days(40)));
    if number.is_multiple_of(2) {
        sower.note(party, ("General", pick(SUBJECTS, number + 2)), (by, at + Duration::days(80)));
    }
}
