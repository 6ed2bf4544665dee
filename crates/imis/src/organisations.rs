//! Guessing the organisation of an address that nobody has, by who else has an address at its domain.

use crate::{Acting, Contact, Error, ErrorKind, Operation, PartyId, wire};
use std::collections::HashMap;

/// Rows that are looked at for one domain.
const ROWS: u32 = 20;
/// Most organisations guessed for one domain.
const MOST: usize = 5;

impl Acting {
    /// The organisations whose people, or which themselves, have addresses at this domain; likeliest first.
    pub async fn organisations_at(&self, domain: &str) -> Result<Vec<Contact>, Error> {
        let operation = Operation::FindContacts;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if domain.is_empty() || !domain.chars().all(plain) {
            return Err(Error::refused_here(operation, "domain"));
        }
        let ending = format!("@{}", domain.to_lowercase());
        let query = [("Email", format!("endsWith:{ending}")), ("limit", ROWS.to_string())];
        let answer = self.read(operation, || self.client.get(&["api", "Party"]).query(&query)).await?;
        let (rows, _) = wire::page(answer).ok_or_else(|| Error::new(operation, ErrorKind::NotUnderstood))?;
        let mut guesses: HashMap<PartyId, (usize, Contact)> = HashMap::new();
        for full in rows.iter().filter_map(|row| wire::in_full(row, &HashMap::new())) {
            let contact = &full.contact;
            let mut emails = contact.primary_email.iter().chain(&contact.other_emails);
            if !contact.active || !emails.any(|email| email.trim().to_lowercase().ends_with(&ending)) {
                continue;
            }
            // What is known of the organisation itself is worth more than what its people say of it.
            if contact.is_organisation {
                let guess = guesses.entry(contact.id.clone()).or_insert((0, contact.clone()));
                *guess = (guess.0 + 10, contact.clone());
            } else if let Some((id, name)) = full.organisation.zip(contact.organisation.as_deref()) {
                guesses.entry(id.clone()).or_insert_with(|| (0, organisation(id, name))).0 += 1;
            }
        }
        let mut guesses: Vec<_> = guesses.into_values().collect();
        guesses.sort_by(|(often, left), (less, right)| less.cmp(often).then_with(|| left.id.cmp(&right.id)));
        Ok(guesses.into_iter().take(MOST).map(|(_, organisation)| organisation).collect())
    }
}

/// What a person's record says of their organisation.
fn organisation(id: PartyId, name: &str) -> Contact {
    Contact { is_organisation: true, ..Contact::named(id, name) }
}
