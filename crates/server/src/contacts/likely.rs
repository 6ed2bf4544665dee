//! Who is in iMIS already that could be the contact to be added.

use super::{domains, form, site};
use crate::app::App;
use crate::config::ByDomain;
use crate::failure::Failure;
use crate::session::Session;
use crate::to_api;
use api::{ContactKind, EmailAddress, FindLikely, LikelyContact, LikelyContacts, Likeness, NewContact, ProblemCode};
use futures_util::future::{OptionFuture, join_all};
use imis::{Acting, ContactSearch, Error, ErrorKind, Inactive, OnlyKind, PartyId, folded, same_phone};
use std::collections::{HashMap, HashSet};

/// Most phones that are looked for.
const PHONES_MAX: usize = 3;

/// Looks for them in one wave; inactive ones count, as they are there too.
pub(crate) async fn find(app: &App, session: &Session, asked: FindLikely) -> Result<LikelyContacts, Failure> {
    let new = &asked.contact;
    // What is still missing or wrong is no reason not to look; what cannot be said is.
    if let Err(failure) = form::read(new)
        && !matches!(failure.problem.field.as_deref(), Some("first_name" | "last_name" | "organisation_name"))
    {
        return Err(failure);
    }
    let guessing = site(app, session)?.contacts.organisations_by_domain == ByDomain::Guessed;
    let acting = session.acting(app)?;
    let found = session.while_alive(Box::pin(ask(&acting, new, guessing))).await?;
    let failed = found.errors.len();
    if let Some(error) =
        found.errors.iter().find(|error| error.kind == ErrorKind::Unauthorized).or(found.errors.first())
    {
        let failure = session.end_if_out(app, Failure::imis(error)).await;
        if failed == found.asked || failure.problem.code == ProblemCode::SignedOut {
            return Err(failure);
        }
    }
    Ok(LikelyContacts {
        contacts: likely(new, found.contacts, &found.by_phone),
        organisations: organisations(found.organisations),
        partial: failed > 0,
    })
}

/// What a wave brought.
#[derive(Default)]
struct Wave {
    contacts: Vec<imis::Contact>,
    organisations: Vec<imis::Contact>,
    /// Contacts found by a phone, which may be another than the one a list shows.
    by_phone: HashSet<PartyId>,
    errors: Vec<Error>,
    asked: usize,
}

impl Wave {
    fn take(&mut self, answer: Option<Result<Vec<imis::Contact>, Error>>) -> Vec<imis::Contact> {
        self.asked += usize::from(answer.is_some());
        match answer {
            None => Vec::new(),
            Some(Ok(found)) => found,
            Some(Err(error)) => {
                self.errors.push(error);
                Vec::new()
            }
        }
    }
}

async fn ask(acting: &Acting, new: &NewContact, guessing: bool) -> Wave {
    let text = name_of(new);
    let by_name = (text.chars().count() >= 2).then(|| {
        search(
            acting,
            text,
            match new.kind {
                ContactKind::Person => OnlyKind::People,
                ContactKind::Organisation => OnlyKind::Organisations,
            },
        )
    });
    let by_email = new.email.as_ref().map(|email| by_email(acting, email));
    let by_organisation = (new.kind == ContactKind::Person && new.organisation_name.trim().chars().count() >= 2)
        .then(|| search(acting, new.organisation_name.trim().to_owned(), OnlyKind::Organisations));
    let domain = new.email.as_ref().map(EmailAddress::domain).filter(|domain| guessing && !domains::is_public(domain));
    let by_domain = domain.map(|domain| acting.organisations_at(domain));
    let phones = new.phones.iter().map(|phone| phone.number.as_str()).filter(|number| !number.trim().is_empty());
    let by_phone = join_all(phones.take(PHONES_MAX).map(|number| acting.find_by_phone(number)));
    let (by_name, by_email, by_organisation, by_domain, by_phone) = tokio::join!(
        OptionFuture::from(by_name),
        OptionFuture::from(by_email),
        OptionFuture::from(by_organisation),
        OptionFuture::from(by_domain),
        by_phone
    );
    let mut wave = Wave::default();
    for answer in [by_email, by_name] {
        let found = wave.take(answer);
        wave.contacts.extend(found);
    }
    for answer in by_phone {
        // A site that has no filter for phones is no trouble.
        let answer = answer
            .or_else(|error| if matches!(error.kind, ErrorKind::Refused { .. }) { Ok(Vec::new()) } else { Err(error) });
        let found = wave.take(Some(answer));
        wave.by_phone.extend(found.iter().map(|contact| contact.id.clone()));
        wave.contacts.extend(found);
    }
    for answer in [by_organisation, by_domain] {
        let found = wave.take(answer);
        wave.organisations.extend(found);
    }
    wave
}

async fn search(acting: &Acting, text: String, only: OnlyKind) -> Result<Vec<imis::Contact>, Error> {
    let most = LikelyContacts::MAX * 2;
    let search = ContactSearch { text: &text, only: Some(only), inactive: Inactive::Included, most };
    let searched = acting.search_contacts(&search).await;
    match searched.error {
        Some(error) if searched.failed => Err(error),
        _ => Ok(searched.contacts),
    }
}

async fn by_email(acting: &Acting, email: &EmailAddress) -> Result<Vec<imis::Contact>, Error> {
    let found = acting.find_by_addresses(&[email.as_str()]).await;
    match found.error {
        Some(error) => Err(error),
        None => Ok(found.matches.into_iter().map(|found| found.contact).collect()),
    }
}

fn name_of(new: &NewContact) -> String {
    match new.kind {
        ContactKind::Person => format!("{} {}", new.person.first.trim(), new.person.last.trim()).trim().to_owned(),
        ContactKind::Organisation => new.organisation_name.trim().to_owned(),
    }
}

/// Those with something in common, likeliest first.
fn likely(new: &NewContact, found: Vec<imis::Contact>, by_phone: &HashSet<PartyId>) -> Vec<LikelyContact> {
    let mut all: HashMap<PartyId, (Vec<Likeness>, imis::Contact)> = HashMap::new();
    for contact in found {
        let because = likeness(new, &contact, by_phone.contains(&contact.id));
        if !because.is_empty() {
            all.insert(contact.id.clone(), (because, contact));
        }
    }
    let weight = |because: &[Likeness]| -> u32 {
        let of = |likeness: &Likeness| match likeness {
            Likeness::Email => 8,
            Likeness::NameAndOrganisation => 4,
            Likeness::Phone => 3,
            Likeness::Name => 2,
        };
        because.iter().map(of).sum()
    };
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by_key(|(because, contact)| (std::cmp::Reverse(weight(because)), !contact.active, contact.id.clone()));
    let shown = |(because, contact)| LikelyContact { contact: to_api::contact(contact), because };
    all.into_iter().take(LikelyContacts::MAX).map(shown).collect()
}

fn likeness(new: &NewContact, contact: &imis::Contact, by_phone: bool) -> Vec<Likeness> {
    let mut because = Vec::new();
    let mut emails = contact.primary_email.iter().chain(&contact.other_emails);
    if new.email.as_ref().is_some_and(|email| emails.any(|known| known.trim().eq_ignore_ascii_case(email.as_str()))) {
        because.push(Likeness::Email);
    }
    if contact.is_organisation == (new.kind == ContactKind::Organisation) && same_name(&name_of(new), &contact.name) {
        let organisation = contact.organisation.as_deref().map(folded);
        let same = !new.organisation_name.trim().is_empty()
            && organisation.is_some_and(|known| known == folded(new.organisation_name.trim()));
        because.push(if same { Likeness::NameAndOrganisation } else { Likeness::Name });
    }
    let phone = contact.phone.as_deref().unwrap_or_default();
    if by_phone || new.phones.iter().any(|typed| same_phone(&typed.number, phone)) {
        because.push(Likeness::Phone);
    }
    because
}

/// Whether every word of the name typed stands in the other, in whatever order; titles in front do not count.
fn same_name(typed: &str, known: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let name = folded(name);
        let words = name.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let (typed, known) = (words(typed), words(known));
    !typed.is_empty() && typed.iter().all(|word| known.contains(word)) && known.len() <= typed.len() + 2
}

fn organisations(found: Vec<imis::Contact>) -> Vec<api::Contact> {
    let mut all: Vec<api::Contact> = Vec::new();
    for contact in found.into_iter().map(to_api::contact) {
        if !all.iter().any(|known| known.id == contact.id) {
            all.push(contact);
        }
    }
    all.truncate(LikelyContacts::MAX);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_any_order_and_without_accents() {
        for (typed, known) in
            [("Jose Nunez", "José Núñez"), ("Doe Jane", "Ms. Jane Doe"), ("Acme Institute", "ACME Institute")]
        {
            assert!(same_name(typed, known), "{typed}");
        }
        for (typed, known) in [("Jane Doe", "Jane Doering"), ("", "Jane"), ("Ann", "Ann Margaret van der Berg")] {
            assert!(!same_name(typed, known), "{typed}");
        }
    }
}
