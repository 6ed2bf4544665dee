//! Whom the addresses of a message belong to, and what is known of those that belong to nobody.

use super::domains;
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::{ByDomain, Site};
use crate::contacts;
use crate::failure::Failure;
use crate::keepsakes::{Keepsakes, Kind};
use crate::session::Session;
use crate::to_api;
use api::{
    ContactId, DomainMatch, EmailAddress, Kept, MatchContacts, Matches, Matching, ProblemCode, RememberChoice,
    SettleAddress, SettledAddresses,
};
use futures_util::future::join_all;
use imis::Acting;
use std::collections::{HashMap, HashSet};

/// Most domains that are guessed about for one message: each is a call beside those for its addresses.
const DOMAINS_MAX: usize = 8;

/// Matches the addresses of a message: all calls go out together.
pub(crate) async fn run(app: &App, session: &Session, asked: MatchContacts) -> Result<Matches, Failure> {
    let site = contacts::site(app, session)?;
    let settled = settled(app, session).await?;
    let mut sorted = Matches::default();
    let mut wanted = Vec::new();
    for address in asked.addresses {
        if settled.never.contains(&address) {
            sorted.never.push(address);
        } else if settled.own.contains(&address) || is_own(site, &address) {
            sorted.own.push(address);
        } else {
            wanted.push(address);
        }
    }
    if wanted.is_empty() {
        return Ok(sorted);
    }
    let acting = session.acting(app)?;
    let (found, own, guesses) = session.while_alive(Box::pin(ask(&acting, session, site, &wanted))).await?;
    let own: HashSet<EmailAddress> = own.iter().filter_map(|email| EmailAddress::parse(email).ok()).collect();
    if let Some(error) = &found.error {
        let failure = session.end_if_out(app, Failure::imis(error)).await;
        // With nothing found out there is nothing to show but the reason.
        let nothing = found.failed.len() >= wanted.len();
        if nothing || failure.problem.code == ProblemCode::SignedOut {
            return Err(failure);
        }
    }
    let Matches { found, failed, .. } = to_api::matches(found);
    let mut matches = Matches { found, failed, ..sorted };
    matches.found.retain(|found| !own.contains(&found.address));
    matches.failed.retain(|address| !own.contains(address));
    let (mine, others): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|address| own.contains(address));
    matches.own.extend(mine);
    matches.domains = of_nobody(&others, &matches, guesses);
    remember(app, session, &mut matches).await?;
    Ok(matches)
}

/// Organisations by domain.
type Guesses = HashMap<String, Vec<imis::Contact>>;

async fn ask(
    acting: &Acting,
    session: &Session,
    site: &Site,
    wanted: &[EmailAddress],
) -> (imis::Found, Vec<String>, Guesses) {
    let addresses: Vec<&str> = wanted.iter().map(EmailAddress::as_str).collect();
    let me = imis::PartyId::new(&session.me.contact.0);
    let mut names: Vec<&str> = Vec::new();
    if site.contacts.organisations_by_domain == ByDomain::Guessed {
        for domain in wanted.iter().map(EmailAddress::domain) {
            if names.len() < DOMAINS_MAX && !names.contains(&domain) && !domains::is_public(domain) {
                names.push(domain);
            }
        }
    }
    let guesses =
        names.iter().map(|domain| async { Some(((*domain).to_owned(), acting.organisations_at(domain).await.ok()?)) });
    // A guess that fails is none; whose addresses are one's own is no reason to show nothing.
    let (found, own, guesses) =
        tokio::join!(acting.find_by_addresses(&addresses), acting.own_emails(&me), join_all(guesses));
    let own = own.map(|emails| emails.to_vec()).unwrap_or_default();
    (found, own, guesses.into_iter().flatten().collect())
}

/// Whether an address is at a domain of the site's own, or below one.
fn is_own(site: &Site, address: &EmailAddress) -> bool {
    let domain = address.domain();
    let is = |own: &String| domain == own || domain.strip_suffix(own.as_str()).is_some_and(|rest| rest.ends_with('.'));
    site.contacts.own_domains.iter().any(is)
}

/// The guesses for addresses that are certainly nobody's.
fn of_nobody(addresses: &[EmailAddress], matches: &Matches, mut guesses: Guesses) -> Vec<DomainMatch> {
    let known: HashSet<&EmailAddress> =
        matches.found.iter().map(|found| &found.address).chain(&matches.failed).collect();
    let mut all = Vec::new();
    for address in addresses.iter().filter(|address| !known.contains(address)) {
        let Some((domain, organisations)) = guesses.remove_entry(address.domain()) else { continue };
        if !organisations.is_empty() {
            all.push(DomainMatch { domain, organisations: organisations.into_iter().map(to_api::contact).collect() });
        }
    }
    all
}

/// Marks the contacts that somebody at the site settled, among several on an address. One that iMIS does
/// not give this person for the address does not count.
async fn remember(app: &App, session: &Session, matches: &mut Matches) -> Result<(), Failure> {
    let mut often: HashMap<EmailAddress, usize> = HashMap::new();
    for found in &matches.found {
        *often.entry(found.address.clone()).or_default() += 1;
    }
    let choices = Keepsakes::of(app, session, Kind::Choice);
    let shared = often.into_iter().filter(|(_, count)| *count > 1).map(|(address, _)| address);
    let settled = join_all(shared.map(|address| {
        let choices = &choices;
        async move { Ok((choices.get::<ContactId>(address.as_str()).await?, address)) }
    }));
    for settled in settled.await {
        let (Some(contact), address) = settled? else { continue };
        for found in matches.found.iter_mut().filter(|found| found.address == address) {
            found.remembered = found.contact.id == contact;
        }
    }
    Ok(())
}

/// Settles whom an address means, for everybody at the site; or forgets it. Whoever does not see whom it is about
/// settles nothing for others.
pub(crate) async fn choose(app: &App, session: &Session, asked: RememberChoice) -> Result<Kept, Failure> {
    let choices = Keepsakes::of(app, session, Kind::Choice);
    let address = asked.address.as_str();
    let chosen = asked.contact.as_ref().map(|contact| contacts::party_id(contact, "contact")).transpose()?;
    let acting = session.acting(app)?;
    let found = session.while_alive(Box::pin(acting.find_by_addresses(&[address]))).await?;
    if let Some(error) = &found.error {
        return Err(session.end_if_out(app, Failure::imis(error)).await);
    }
    let is_it = |id: &imis::PartyId| chosen.as_ref().is_none_or(|chosen| chosen == id);
    if !found.matches.iter().any(|found| is_it(&found.contact.id)) {
        return Err(Failure::invalid("contact"));
    }
    let settled = asked.contact.is_some();
    let contact = if let Some(contact) = asked.contact {
        choices.keep(address, &contact).await?;
        contact
    } else {
        let Some(former) = choices.get::<ContactId>(address).await? else { return Ok(Kept {}) };
        choices.let_go(address).await?;
        former
    };
    let event = Event::AddressSettled { contact: contact.0, settled };
    audit::note(app, Entry::new(event).of(session)).await;
    Ok(Kept {})
}

/// Puts an address on one of the person's lists, and so off the other; or off both.
pub(crate) async fn settle(app: &App, session: &Session, asked: SettleAddress) -> Result<Kept, Failure> {
    let address = &asked.address;
    for (matching, kind) in [(Matching::Never, Kind::NeverMatch), (Matching::Own, Kind::OwnAddress)] {
        let list = Keepsakes::of(app, session, kind);
        if asked.matching == matching {
            list.keep(address.as_str(), address).await?;
        } else {
            list.let_go(address.as_str()).await?;
        }
    }
    Ok(Kept {})
}

/// The person's two lists.
pub(crate) async fn settled(app: &App, session: &Session) -> Result<SettledAddresses, Failure> {
    let (never, own) = (Keepsakes::of(app, session, Kind::NeverMatch), Keepsakes::of(app, session, Kind::OwnAddress));
    let (mut never, mut own) = tokio::try_join!(never.all::<EmailAddress>(), own.all::<EmailAddress>())?;
    never.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    own.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    Ok(SettledAddresses { never, own })
}
