//! A contact's card and picture.
//!
//! What stands in iMIS is anybody's text: a web address is one of two schemes or none, a picture is what
//! its own bytes say and never something that could hold a script.

use super::{party_id, site};
use crate::app::App;
use crate::config::Site;
use crate::failure::Failure;
use crate::session::Session;
use crate::to_api;
use api::{
    Card, CardAddress, CardEmail, ContactId, EmailAddress, GetCard, GetPicture, LocalTime, PersonName, Phone, Picture,
    PostalAddress,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imis::ContactInFull;

/// Largest picture that is shown, in bytes.
const PICTURE_MAX_BYTES: usize = 512 * 1024;

/// The card of a contact.
pub(crate) async fn show(app: &App, session: &Session, asked: GetCard) -> Result<Card, Failure> {
    let id = party_id(&asked.contact, "contact")?;
    let site = site(app, session)?;
    let acting = session.acting(app)?;
    match session.while_alive(Box::pin(acting.contact_in_full(&id))).await? {
        Ok(full) => Ok(card(full, site)),
        Err(error) => Err(session.end_if_out(app, Failure::imis(&error)).await),
    }
}

/// The picture of a contact.
pub(crate) async fn picture(app: &App, session: &Session, asked: GetPicture) -> Result<Picture, Failure> {
    let id = party_id(&asked.contact, "contact")?;
    let acting = session.acting(app)?;
    match session.while_alive(Box::pin(acting.picture(&id))).await? {
        Ok(bytes) => Ok(Picture { data_url: bytes.as_deref().and_then(data_url) }),
        Err(error) => Err(session.end_if_out(app, Failure::imis(&error)).await),
    }
}

/// A contact in full as the pane shows it.
pub(crate) fn card(full: ContactInFull, site: &Site) -> Card {
    let email = |email: imis::EmailOf| {
        let address = EmailAddress::parse(&email.address).ok()?;
        Some(CardEmail { address, kind: email.kind, primary: email.primary })
    };
    let profile_url = site.contacts.profile_of(full.contact.id.as_str());
    Card {
        person: full.person.map(|name| PersonName {
            prefix: name.prefix,
            first: name.first,
            middle: name.middle,
            last: name.last,
            suffix: name.suffix,
        }),
        organisation_id: full.organisation.map(|id| ContactId(id.as_str().to_owned())),
        emails: full.emails.into_iter().filter_map(email).collect(),
        phones: full.phones.into_iter().map(|phone| Phone { kind: phone.kind, number: phone.number }).collect(),
        addresses: full.addresses.into_iter().map(address).collect(),
        website: full.website.as_deref().and_then(imis::web_address),
        marks: full.marks,
        no_email: full.no_email,
        paid_through: full.paid_through.map(LocalTime),
        profile_url: profile_url.map(Into::into),
        updated_by: full.updated_by,
        updated_at: full.updated_at.map(LocalTime),
        contact: to_api::contact(full.contact),
    }
}

fn address(address: imis::PostalAddress) -> CardAddress {
    let imis::PostalAddress { purpose, lines, city, region, postal_code, country } = address;
    CardAddress { purpose, postal: PostalAddress { lines, city, region, postal_code, country } }
}

/// A picture as an address of its own, if its bytes are those of one.
fn data_url(bytes: &[u8]) -> Option<String> {
    let kind = match bytes {
        _ if bytes.len() > PICTURE_MAX_BYTES => return None,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        _ => return None,
    };
    Some(format!("data:image/{kind};base64,{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say_and_no_larger_than_may_be() {
        assert!(data_url(b"\x89PNG\r\n\x1a\nrest").unwrap().starts_with("data:image/png;base64,"));
        assert!(data_url(b"RIFF\0\0\0\0WEBPrest").unwrap().starts_with("data:image/webp;base64,"));
        for bad in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"<html>", b"", b"GIF88a", b"RIFF\0\0\0\0AVI "] {
            assert_eq!(data_url(bad), None);
        }
        let mut large = b"\xff\xd8\xff".to_vec();
        large.resize(PICTURE_MAX_BYTES, 0);
        assert!(data_url(&large).is_some());
        large.push(0);
        assert_eq!(data_url(&large), None);
    }
}
