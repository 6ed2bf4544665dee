//! Searching contacts by the site's own query, in the place of `Party`.
//!
//! The administrator's query decides what is searched and how; its columns are read by the rules that queries for
//! this product follow (`imis.md §14.2`): an ID, a full name, an e-mail.

use super::{Inactive, OnlyKind, Searched, Words, rank};
use crate::{
    Acting, Contact, ContactSearch, Error, ErrorKind, Operation, PartyId, QueryColumn, QueryForm, QueryPage,
    QueryValue, client::locked,
};
use std::{sync::Arc, time::Instant};

/// Rows that are read of an answer.
const ROWS: u64 = 200;

impl Acting {
    /// Searches by the query at a path: what was typed answers its first prompt, and where it has none the rows
    /// are searched here. The time of one call, once its form is known.
    pub async fn search_by_query(&self, path: &str, search: &ContactSearch<'_>) -> Result<Searched, Error> {
        let form = self.search_form(path).await?;
        let words = Words::of(search.text);
        // The longest word finds the fewest; the others are looked for in what it finds.
        let Some(said) = words.sayable().into_iter().max_by_key(|word| word.chars().count()) else {
            return Ok(Searched::default());
        };
        let prompt = prompt_for(&form, said);
        if form.prompts.iter().enumerate().any(|(place, other)| other.required && Some(place) != prompt) {
            let kind = ErrorKind::Refused { status: 0, message: None, field: None };
            return Err(Error::new(Operation::RunQuery, kind));
        }
        let value = |prompt| QueryValue { prompt, values: vec![said.to_owned()] };
        let values: Vec<QueryValue> = prompt.map(value).into_iter().collect();
        let page = self.run_query(path, &form, &values, 0, ROWS).await?;
        lacks_nothing(&page, search).map_err(|kind| Error::new(Operation::RunQuery, kind))?;
        let more = page.next.is_some();
        let mut found = contacts(page);
        // Whom the query finds for the one word it was asked is its own business.
        let trusted = prompt.is_some() && words.0.len() == 1;
        found.retain(|contact| if trusted { wanted(contact, search) } else { rank(contact, &words, search).is_some() });
        found.sort_by_cached_key(|contact| {
            rank(contact, &words, search).map_or((true, None), |rank| (false, Some(rank)))
        });
        let more = more || found.len() > search.most;
        found.truncate(search.most);
        Ok(Searched { contacts: found, more, error: None, failed: false })
    }

    /// The query's form, asked for now and then.
    async fn search_form(&self, path: &str) -> Result<Arc<QueryForm>, Error> {
        let person = self.person();
        let lifetime = self.client.limits().abilities_lifetime;
        let kept = locked(&person.search_form).clone();
        if let Some((_, _, form)) = kept.filter(|(since, of, _)| since.elapsed() < lifetime && of == path) {
            return Ok(form);
        }
        let form = Arc::new(self.query_form(path).await?);
        *locked(&person.search_form) = Some((Instant::now(), path.to_owned(), Arc::clone(&form)));
        Ok(form)
    }
}

/// Refuses rows that cannot be searched by: those that name nobody, and, where only people or only organisations are
/// wanted, those that do not tell which they are (`imis.md §14.2`).
fn lacks_nothing(page: &QueryPage, search: &ContactSearch<'_>) -> Result<(), ErrorKind> {
    if page.rows.is_empty() {
        return Ok(());
    }
    if QueryColumn::contact(&page.columns).is_none() {
        return Err(ErrorKind::NotUnderstood);
    }
    if search.only.is_some() && called(&page.columns, &IS_COMPANY).is_none() {
        return Err(ErrorKind::Refused { status: 0, message: None, field: None });
    }
    Ok(())
}

/// What the column is called that tells organisations.
const IS_COMPANY: [&str; 3] = ["iscompany", "isorganization", "isorganisation"];

/// The column with one of these captions; capitals, blanks and signs do not count.
fn called(columns: &[QueryColumn], wanted: &[&str]) -> Option<usize> {
    let plain = |column: &QueryColumn| {
        column.caption.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    columns.iter().position(|column| wanted.contains(&plain(column).as_str()))
}

/// The prompt that takes this word: an e-mail goes to one that asks for it, anything else to the first other one.
fn prompt_for(form: &QueryForm, word: &str) -> Option<usize> {
    let asks_email = |label: &str| label.to_lowercase().replace('-', "").contains("email");
    let of = |email: bool| form.prompts.iter().position(|prompt| asks_email(prompt.label()) == email);
    of(word.contains('@')).or_else(|| of(!word.contains('@')))
}

fn wanted(contact: &Contact, search: &ContactSearch<'_>) -> bool {
    let kind = search.only.is_none_or(|only| (only == OnlyKind::Organisations) == contact.is_organisation);
    kind && (contact.active || search.inactive == Inactive::Included)
}

/// The contacts of the rows that name one, each once.
fn contacts(page: QueryPage) -> Vec<Contact> {
    let columns = &page.columns;
    let Some(key) = QueryColumn::contact(columns) else { return Vec::new() };
    let names = QueryColumn::name(columns);
    let email = QueryColumn::email(columns);
    let called = |wanted: &[&str]| called(columns, wanted);
    let organisation = called(&["organisation", "organization", "company", "organizationname", "organisationname"]);
    let (title, city, phone) =
        (called(&["title", "functionaltitle"]), called(&["city"]), called(&["phone", "workphone"]));
    let member_type = called(&["membertype", "customertype"]);
    let (status, is_company) = (called(&["status"]), called(&IS_COMPANY));
    let mut found: Vec<Contact> = Vec::new();
    for row in &page.rows {
        let cell = |place: Option<usize>| row.get(place?).cloned().flatten().filter(|text| !text.trim().is_empty());
        let Some(id) = cell(Some(key)) else { continue };
        if found.iter().any(|known| known.id.as_str() == id) {
            continue;
        }
        let name: Vec<String> = names.iter().filter_map(|place| cell(Some(*place))).collect();
        let status = cell(status);
        found.push(Contact {
            is_organisation: cell(is_company).is_some_and(|flag| flag.eq_ignore_ascii_case("true") || flag == "1"),
            name: if name.is_empty() { id.clone() } else { name.join(" ") },
            primary_email: cell(email),
            other_emails: Vec::new(),
            organisation: cell(organisation),
            organisation_id: None,
            title: cell(title),
            city: cell(city),
            phone: cell(phone),
            member_type: cell(member_type),
            // A query for searching leaves out whom it does not want found; where it tells, it is believed.
            active: status.as_deref().is_none_or(|status| ["a", "active"].contains(&status.to_lowercase().as_str())),
            status,
            id: PartyId::new(id),
        });
    }
    found
}
