//! Adding contacts, and finding out whether one that may have been added is there.

use crate::{
    Acting, Contact, Error, Operation, PartyId, PersonName, PhoneOf, PostalAddress, WriteError, client::equals,
    exchange::not_understood, fold::fold, wire,
};
use std::fmt;

/// The kinds of phone that are offered, as the site writes them: assumed to be the ones that its vendor's
/// own connector knows (`imis.md §5.2`), since no list of them can be asked for.
pub const PHONE_KINDS: [&str; 4] = ["Mobile", "_Work Phone", "_Home Phone", "_Fax"];

/// A contact to be added. What is empty is not written.
#[derive(Clone, Default)]
pub struct NewContact {
    /// A person's name; none for an organisation.
    pub person: Option<PersonName>,
    /// An organisation's name.
    pub organisation_name: String,
    /// The organisation a person belongs to: its key and its name, which iMIS wants both (`imis.md §5.3`).
    pub organisation: Option<(PartyId, String)>,
    /// Title there.
    pub title: String,
    /// Primary e-mail.
    pub email: Option<String>,
    /// Phones; kinds are taken as people read them.
    pub phones: Vec<PhoneOf>,
    /// Postal address; its purpose is the site's usual one where none is given.
    pub address: PostalAddress,
    /// Web address.
    pub website: String,
}

impl fmt::Debug for NewContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewContact(…)")
    }
}

impl NewContact {
    /// The name as a whole.
    pub fn name(&self) -> String {
        match &self.person {
            Some(name) => format!("{} {}", name.first.trim(), name.last.trim()),
            None => self.organisation_name.trim().to_owned(),
        }
    }
}

/// The kind of phone as the site writes it.
pub(crate) fn phone_kind(kind: &str) -> String {
    let is = |known: &&&str| known.trim_start_matches('_').eq_ignore_ascii_case(kind.trim_start_matches('_'));
    PHONE_KINDS.iter().find(is).map_or_else(|| kind.to_owned(), |known| (*known).to_owned())
}

impl Acting {
    /// Adds a contact. Whether one that failed is there after all, [`Acting::look_for`] tells.
    pub async fn add_contact(&self, new: &NewContact) -> Result<Contact, WriteError> {
        let operation = Operation::AddContact;
        let purpose = if new.address == PostalAddress::default() { String::new() } else { self.usual_purpose().await };
        let stored = self.add(operation, "Party", wire::json(&wire::new_contact(new, &purpose))).await?;
        Ok(wire::contact(&stored).ok_or_else(|| not_understood(operation))?)
    }

    /// What the site calls its usual kind of address (`imis.md §5.3`).
    async fn usual_purpose(&self) -> String {
        let rows = self.list(Operation::AddContact, "AddressPurpose", &[], 1).await.unwrap_or_default();
        let usual = rows.iter().find_map(wire::usual_purpose);
        // Assumed where the site does not say.
        usual.unwrap_or_else(|| "Address".to_owned())
    }

    /// The contacts that have this name and, where there is one, this e-mail: what adding it would leave behind.
    pub async fn look_for(&self, new: &NewContact) -> Result<Vec<Contact>, Error> {
        let operation = Operation::FindContacts;
        let filters = match (&new.email, &new.person) {
            (Some(email), _) => vec![equals(operation, "email", email)?],
            (None, Some(name)) => {
                vec![
                    equals(operation, "FirstName", name.first.trim())?,
                    equals(operation, "LastName", name.last.trim())?,
                ]
            }
            (None, None) => vec![equals(operation, "OrganizationName", new.organisation_name.trim())?],
        };
        let rows = self.list(operation, "Party", &filters, 4).await?;
        let same = |row| {
            let full = wire::in_full(row, &std::collections::HashMap::new())?;
            let name = match &full.person {
                Some(name) => format!("{} {}", name.first, name.last),
                None => full.contact.name.clone(),
            };
            let email = new.email.as_deref().map(str::to_lowercase);
            let has = email.is_none_or(|email| full.emails.iter().any(|known| known.address.to_lowercase() == email));
            (has && full.person.is_some() == new.person.is_some() && fold(&name) == fold(&new.name()))
                .then_some(full.contact)
        };
        Ok(rows.iter().filter_map(same).collect())
    }

    /// The contacts with a phone that ends in the same digits. iMIS compares texts: it is asked for the digits that
    /// end the number, as people write them together, and of who has them somewhere those are left who end so.
    pub async fn find_by_phone(&self, number: &str) -> Result<Vec<Contact>, Error> {
        let operation = Operation::FindContacts;
        let digits = digits(number);
        if digits.len() < PHONE_DIGITS {
            return Ok(Vec::new());
        }
        let last = number.split(|c: char| !c.is_ascii_digit()).rfind(|part| !part.is_empty()).unwrap_or_default();
        let filter = if last.len() < LAST_DIGITS {
            equals(operation, "Phone", number.trim())?
        } else {
            ("Phone".to_owned(), format!("contains:{}", &last[last.len() - LAST_DIGITS..]))
        };
        let rows = self.list(operation, "Party", &[filter], 1).await?;
        let has = |row: &&serde_json::Value| {
            wire::in_full(row, &std::collections::HashMap::new())
                .is_some_and(|full| full.phones.iter().any(|phone| same_phone(&phone.number, number)))
        };
        Ok(rows.iter().filter(has).filter_map(wire::contact).collect())
    }

    /// Whether the person may do this to contacts, where the site says it.
    pub async fn may_with_contacts(&self, action: ContactAction) -> Option<bool> {
        let action = match action {
            ContactAction::Add => "Create",
            ContactAction::Change => "Update",
        };
        let request = || self.client.post(&["api", "Party", "_haspermission", action]).body("");
        let answer = self.read(Operation::ReadAbilities, request).await.ok()?;
        wire::boolean(&answer)
    }
}

/// What is done to contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactAction {
    /// Adding one.
    Add,
    /// Changing one.
    Change,
}

/// So many digits at its end are written together nearly everywhere.
const LAST_DIGITS: usize = 4;
/// Fewest digits that make a number one's own.
const PHONE_DIGITS: usize = 7;

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// Whether two numbers are one, with and without the country in front.
pub fn same_phone(one: &str, other: &str) -> bool {
    let (one, other) = (digits(one), digits(other));
    let least = one.len().min(other.len());
    let ending = |digits: &str| digits[digits.len() - least.min(9)..].to_owned();
    least >= PHONE_DIGITS && ending(&one) == ending(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        assert!(same_phone("+44 20 5550 0101", "020 5550-0101"));
        assert!(same_phone("(512) 555-0200", "+1 512 555 0200"));
        for (one, other) in
            [("555 0101", "555 0102"), ("123", "123"), ("", ""), ("+44 20 5550 0101", "+44 20 5550 0102")]
        {
            assert!(!same_phone(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_kind_of_phone_is_written_as_the_site_does() {
        assert_eq!(phone_kind("Work Phone"), "_Work Phone");
        assert_eq!(phone_kind("mobile"), "Mobile");
        assert_eq!(phone_kind("Pager"), "Pager");
    }
}
