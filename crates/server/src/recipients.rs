//! Whom a message could go to: each address once, nobody who does not want it, and all who are left out counted.

use crate::app::App;
use crate::failure::Failure;
use crate::queries::{self, Counted};
use crate::session::Session;
use api::{ChosenRow, CollectRecipients, EmailAddress, ProblemCode, Recipient, Recipients, RunQuery};
use imis::{ContactForMail, QueryColumn, QueryPage};
use std::collections::{HashMap, HashSet};

/// Most rows that are looked at: a query whose rows are all left out must come to an end.
const ROWS_MAX: u64 = 20_000;

/// Collects people from a query and from a list of contacts.
pub(crate) async fn collect(app: &App, session: &Session, asked: &CollectRecipients) -> Result<Recipients, Failure> {
    if asked.contacts.len() > CollectRecipients::MAX {
        return Err(Failure::invalid("contacts"));
    }
    if asked.contacts.iter().any(|contact| queries::contact_id(&contact.0).is_none()) {
        return Err(Failure::invalid("contacts"));
    }
    if asked.rows.len() > CollectRecipients::MAX {
        return Err(Failure::invalid("rows"));
    }
    let _turn = app.recipients.take(session)?;
    let mut list = List::default();
    let ids: Vec<&str> = asked.contacts.iter().map(|contact| contact.0.as_str()).collect();
    let known = contacts(app, session, &ids).await?;
    for id in ids {
        match known.get(id) {
            Some(contact) => list.contact(contact),
            None => list.found.without_address += 1,
        }
    }
    from_rows(app, session, &asked.rows, &mut list).await?;
    if let Some(run) = &asked.query {
        let collecting = from_query(app, session, run, &mut list);
        match tokio::time::timeout(app.config.limits.recipients_total, collecting).await {
            Ok(collected) => collected?,
            Err(_) => list.found.more = true,
        }
    }
    Ok(list.found)
}

/// The contacts of these keys that the person may see.
async fn contacts(app: &App, session: &Session, ids: &[&str]) -> Result<HashMap<String, ContactForMail>, Failure> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let acting = session.acting(app)?;
    match session.while_alive(Box::pin(acting.contacts_for_mail(ids))).await? {
        Ok(found) => Ok(found.into_iter().map(|contact| (contact.id.as_str().to_owned(), contact)).collect()),
        Err(error) => Err(session.end_if_out(app, Failure::imis(&error)).await),
    }
}

async fn from_query(app: &App, session: &Session, run: &RunQuery, list: &mut List) -> Result<(), Failure> {
    let prepared = queries::prepare(app, session, run.into()).await?;
    let (mut offset, mut counted) = (0, Counted::default());
    loop {
        let page = prepared.page(app, session, offset, RunQuery::PAGE_MAX.into()).await?;
        counted.add(&page);
        // Without rows there may be no columns either.
        if !page.rows.is_empty() {
            let columns = Columns::of(&page).ok_or_else(|| Failure::invalid("email_column"))?;
            let willing = columns.willing(app, session, &page.rows).await?;
            for row in &page.rows {
                columns.take(row, &willing, list);
            }
        }
        match page.next {
            // Some of those who were meant are not there, and nobody knows who.
            None if counted.falls_short() => return Err(Failure::new(ProblemCode::ImisNotUnderstood)),
            None => return Ok(()),
            Some(next) if list.found.more || next >= ROWS_MAX => {
                list.found.more = true;
                return Ok(());
            }
            Some(next) => offset = next,
        }
    }
}

/// Rows that were chosen, by the same rule as all rows of their query.
async fn from_rows(app: &App, session: &Session, chosen: &[ChosenRow], list: &mut List) -> Result<(), Failure> {
    for said_so in [true, false] {
        let columns = Columns { email: 0, contact: Some(1), opt_out: said_so.then_some(2), name: vec![3] };
        let row = |row: &ChosenRow| -> Row {
            let contact = row.contact.as_ref().map(|contact| contact.0.clone());
            vec![row.email.clone(), contact, row.opted_out.map(|flag| flag.to_string()), Some(row.name.clone())]
        };
        let rows: Vec<Row> = chosen.iter().filter(|row| row.opted_out.is_some() == said_so).map(row).collect();
        let willing = columns.willing(app, session, &rows).await?;
        for row in &rows {
            columns.take(row, &willing, list);
        }
    }
    Ok(())
}

/// Which column says what.
struct Columns {
    email: usize,
    contact: Option<usize>,
    opt_out: Option<usize>,
    name: Vec<usize>,
}

type Row = Vec<Option<String>>;

fn cell(row: &Row, place: usize) -> Option<&str> {
    row.get(place)?.as_deref()
}

impl Columns {
    /// None where no column holds addresses.
    fn of(page: &QueryPage) -> Option<Self> {
        Some(Self {
            email: QueryColumn::email(&page.columns)?,
            contact: QueryColumn::contact(&page.columns),
            opt_out: QueryColumn::opt_out(&page.columns),
            name: QueryColumn::name(&page.columns),
        })
    }

    /// The contacts of a page that may be written to by their preferences. A query with a column for that has said so
    /// itself; one without contacts cannot.
    async fn willing(&self, app: &App, session: &Session, rows: &[Row]) -> Result<HashSet<String>, Failure> {
        let (Some(contact), None) = (self.contact, self.opt_out) else { return Ok(HashSet::new()) };
        let ids = rows.iter().filter(|row| cell(row, self.email).is_some()).filter_map(|row| cell(row, contact));
        let ids: HashSet<&str> = ids.filter(|id| queries::contact_id(id).is_some()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let known = contacts(app, session, &ids).await?;
        Ok(known
            .into_values()
            .filter(|contact| !contact.no_email)
            .map(|contact| contact.id.as_str().to_owned())
            .collect())
    }

    /// A contact that iMIS does not show may have opted out as well as not: nobody writes to it.
    fn take(&self, row: &Row, willing: &HashSet<String>, list: &mut List) {
        let opted_out = match (self.opt_out, self.contact) {
            (Some(place), _) => cell(row, place).is_some_and(opts_out),
            (None, Some(place)) => cell(row, place).is_some_and(|id| !willing.contains(id)),
            (None, None) => false,
        };
        let name: Vec<&str> = self.name.iter().filter_map(|place| cell(row, *place)).collect();
        list.person(&name.join(" "), cell(row, self.email), opted_out);
    }
}

/// Whether a cell of an opt-out column says that somebody opted out, or may: whatever else than a plain no stands
/// there, a word of the site's own or the day of it.
pub(crate) fn opts_out(text: &str) -> bool {
    !["", "false", "0", "no", "n"].iter().any(|no| no.eq_ignore_ascii_case(text.trim()))
}

/// What has been collected so far.
#[derive(Default)]
struct List {
    found: Recipients,
    addresses: HashSet<EmailAddress>,
}

impl List {
    fn contact(&mut self, contact: &ContactForMail) {
        self.person(&contact.name, contact.email.as_deref(), contact.no_email);
    }

    fn person(&mut self, name: &str, email: Option<&str>, opted_out: bool) {
        let address = email.and_then(|email| EmailAddress::parse(email).ok());
        let Some(address) = address else {
            self.found.without_address += 1;
            return;
        };
        if opted_out {
            self.found.opted_out += 1;
        } else if self.addresses.contains(&address) {
            self.found.repeated += 1;
        } else if self.found.people.len() == CollectRecipients::MAX {
            self.found.more = true;
        } else {
            self.addresses.insert(address.clone());
            // A name with a line break could become a header somewhere.
            let name = name.chars().filter(|letter| !letter.is_control()).collect::<String>().trim().to_owned();
            self.found.people.push(Recipient { name, address });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_no_in_an_opt_out_column_lets_somebody_be_written_to() {
        let columns = Columns { email: 0, contact: None, opt_out: Some(1), name: Vec::new() };
        for (cell, opted_out) in [
            (None, 0),
            (Some("false"), 0),
            (Some(" No "), 0),
            (Some("0"), 0),
            (Some("true"), 1),
            (Some("X"), 1),
            (Some("Oui"), 1),
            (Some("2026-05-10"), 1),
        ] {
            let mut list = List::default();
            let row = vec![Some("ada@example.org".to_owned()), cell.map(str::to_owned)];
            columns.take(&row, &HashSet::new(), &mut list);
            assert_eq!(list.found.opted_out, opted_out, "{cell:?}");
        }
    }
}
