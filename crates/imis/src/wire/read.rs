//! The lenient reader (`imis.md §4.2`, `§4.5`, `§5.2`): names in any case, values
//! bare or wrapped, lists as `$values` or arrays, defaults left out.

pub(super) mod query;
pub(super) mod rows;

use crate::{
    ActivityType, AttachmentId, Complaint, Contact, InteractionId, LogId, PartyId, RecipientId, User, UserName,
    user::UserRecord,
};
use serde_json::Value;
use std::time::Duration;
use time::{PrimitiveDateTime, macros::format_description};

/// Longest sentence of iMIS's that is passed on, in characters.
const MESSAGE_MAX: usize = 300;
/// Most complaints about one record.
const COMPLAINTS_MAX: usize = 50;

/// A member of an object, whatever the case of its name; null counts as absent.
pub(super) fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    let found = object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))?;
    let bare = bare(found);
    (!bare.is_null()).then_some(bare)
}

/// What is inside `{"$type": …, "$value": …}`.
pub(super) fn bare(value: &Value) -> &Value {
    value.get("$value").unwrap_or(value)
}

/// The entries of a list, however it is written.
fn entries(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().or_else(|| value.get("$values").and_then(Value::as_array))
}

pub(super) fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    member(value, name).and_then(entries).into_iter().flatten()
}

/// A member as text, not empty. Numbers count as text: ids are both.
pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    scalar(member(value, name)?)
}

pub(super) fn scalar(value: &Value) -> Option<String> {
    match bare(value) {
        Value::String(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn flag(value: &Value, name: &str) -> bool {
    member(value, name).is_some_and(|value| boolean(value).unwrap_or(false))
}

/// A bare or wrapped boolean.
pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match bare(value) {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

pub(super) fn number(value: &Value, name: &str) -> Option<u64> {
    match member(value, name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The class of an object: `PersonData` of `Asi.Soa.….PersonData, Asi.Contracts`.
fn class(value: &Value) -> &str {
    let name = value.get("$type").and_then(Value::as_str).unwrap_or_default();
    name.split(',').next().unwrap_or_default().rsplit('.').next().unwrap_or_default()
}

/// A page of a list, and the offset of the next.
pub(crate) fn page(mut answer: Value) -> Option<(Vec<Value>, Option<u64>)> {
    if let Value::Array(items) = answer {
        return Some((items, None));
    }
    let more = member(&answer, "HasNext").is_none_or(|value| boolean(value) != Some(false));
    let next = number(&answer, "NextOffset").filter(|offset| more && *offset > 0);
    let object = answer.as_object_mut()?;
    let key = object.keys().find(|key| key.eq_ignore_ascii_case("Items") || *key == "$values")?.clone();
    let mut items = object.remove(&key)?;
    if let Some(values) = items.get_mut("$values") {
        items = values.take();
    }
    match items {
        Value::Array(items) => Some((items, next)),
        // An empty list is a default value and may be left out.
        Value::Object(_) | Value::Null => Some((Vec::new(), next)),
        _ => None,
    }
}

/// A good answer of `/token`.
pub(crate) struct Granted {
    pub(crate) token: String,
    pub(crate) lifetime: Duration,
    pub(crate) user_name: Option<String>,
    pub(crate) refresh_token: Option<String>,
}

/// Reads a good answer of `/token` (`imis.md §3.1`).
pub(crate) fn granted(answer: &Value) -> Option<Granted> {
    Some(Granted {
        token: text(answer, "access_token")?,
        // Clients fall back to an hour where no lifetime is given.
        lifetime: Duration::from_secs(number(answer, "expires_in").unwrap_or(3600)),
        user_name: text(answer, "userName"),
        refresh_token: text(answer, "refresh_token"),
    })
}

/// Reads a refusal of `/token`: its code, and iMIS's sentence.
pub(crate) fn token_refusal(body: &[u8]) -> Option<(String, Option<String>)> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let code = text(&value, "error")?;
    Some((code, text(&value, "error_description").map(|text| tidy(&text))))
}

/// What iMIS complains about: its sentence and the field, out of any of the four
/// kinds of error body (`imis.md §4.5`). HTML says nothing to people.
pub(crate) fn complaint(body: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let plain = std::str::from_utf8(body).unwrap_or_default().trim();
        let sentence = !plain.is_empty() && !plain.starts_with('<') && !plain.starts_with('{');
        return (sentence.then(|| tidy(plain)), None);
    };
    if let Some(first) = list(&value, "Errors").next() {
        return (text(first, "Message").map(|text| tidy(&text)), text(first, "FieldName"));
    }
    let sentence =
        ["error_description", "ExceptionMessage", "Message", "error"].iter().find_map(|name| text(&value, name));
    (sentence.or_else(|| scalar(&value)).map(|text| tidy(&text)), None)
}

/// What iMIS found wrong, field by field (`imis.md §4.5`).
pub(crate) fn complaints(body: &[u8]) -> Vec<Complaint> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let complaint = |error: &Value| {
        let message = tidy(&text(error, "Message")?);
        Some(Complaint { field: text(error, "FieldName").unwrap_or_default(), message })
    };
    list(&value, "Errors").filter_map(complaint).take(COMPLAINTS_MAX).collect()
}

/// One line of bounded length.
fn tidy(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Reads `UserData`.
pub(crate) fn user(value: &Value) -> Option<UserRecord> {
    let user_name = text(value, "UserName")?;
    let party = member(value, "Party");
    let contact = party.and_then(|party| text(party, "PartyId").or_else(|| text(party, "Id")));
    let user = User {
        contact: PartyId::new(contact.or_else(|| text(value, "UserId"))?),
        name: party.and_then(|party| text(party, "Name")).unwrap_or_else(|| user_name.clone()),
        email: party.and_then(|party| emails(party).0),
        external_id: text(value, "ExternalId"),
        roles: list(value, "Roles").filter_map(role).collect(),
        user_name: UserName::new(user_name),
    };
    let disabled = flag(value, "IsDisable");
    Some(UserRecord { user, disabled, effective: date(value, "EffectiveDate"), expires: date(value, "ExpirationDate") })
}

/// A role, as its name or as `RoleData`.
fn role(value: &Value) -> Option<String> {
    scalar(value).or_else(|| text(value, "RoleName"))
}

/// Reads the answer of `GetUserRoles`, in its envelope or bare (`imis.md §4.6`).
pub(crate) fn roles(answer: &Value) -> Vec<String> {
    let bare = member(answer, "Result").unwrap_or(answer);
    entries(bare).into_iter().flatten().filter_map(role).collect()
}

/// A moment in the site's local time. The beginning of time, which stands for
/// none, and what cannot be read count as absent.
pub(super) fn date(value: &Value, name: &str) -> Option<PrimitiveDateTime> {
    let text = text(value, name)?;
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let date = PrimitiveDateTime::parse(text.get(..19)?, format).ok()?;
    (date.year() > 1).then_some(date)
}

/// Reads `PartyData` of any kind, or its summary.
pub(crate) fn contact(value: &Value) -> Option<Contact> {
    let id = text(value, "PartyId").or_else(|| text(value, "Id"))?;
    let organisation = member(value, "PrimaryOrganization");
    let (primary_email, other_emails) = emails(value);
    let status = member(value, "Status");
    let active_status = status.is_none_or(|status| match member(status, "ActiveStatus") {
        None => text(status, "PartyStatusId").is_none_or(|id| id.eq_ignore_ascii_case("A")),
        Some(Value::String(name)) => name.eq_ignore_ascii_case("Active") || name == "0",
        Some(number) => number.as_u64() == Some(0),
    });
    Some(Contact {
        id: PartyId::new(&id),
        is_organisation: flag(value, "IsOrganization") || class(value) == "OrganizationData",
        name: name(value).unwrap_or(id),
        primary_email,
        other_emails,
        organisation: organisation.and_then(|organisation| text(organisation, "Name")),
        organisation_id: organisation
            .and_then(|organisation| text(organisation, "OrganizationPartyId"))
            .map(PartyId::new),
        title: organisation
            .and_then(|organisation| text(organisation, "Title"))
            .or_else(|| text(value, "FunctionalTitle")),
        city: city(value),
        phone: phone(value),
        member_type: member_type(value),
        status: status
            .and_then(|status| ["Description", "Name", "PartyStatusId"].iter().find_map(|name| text(status, name))),
        active: active_status && !flag(value, "IsMarkedForDelete"),
    })
}

/// What the site calls the member type; its code where no attribute says that. Attributes are the site's own, and
/// these names assumed (`imis.md §5.2`).
fn member_type(value: &Value) -> Option<String> {
    let names = ["CustomerTypeDescription", "MemberTypeDescription", "CustomerTypeCode"];
    names.iter().find_map(|name| property(value, "AdditionalAttributes", name))
}

fn name(value: &Value) -> Option<String> {
    let person = member(value, "PersonName");
    text(value, "Name")
        .or_else(|| person.and_then(|person| text(person, "FullName")))
        .or_else(|| text(value, "OrganizationName"))
        .or_else(|| {
            let parts: Vec<String> = ["FirstName", "LastName"].iter().filter_map(|name| text(person?, name)).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        })
}

/// The primary e-mail and the others, without repeats.
fn emails(value: &Value) -> (Option<String>, Vec<String>) {
    let primary = list(value, "Emails")
        .find(|email| flag(email, "IsPrimary") || text(email, "EmailType").as_deref() == Some("_Primary"))
        .and_then(|email| text(email, "Address"))
        .or_else(|| text(value, "Email"));
    let mut others: Vec<String> = Vec::new();
    let listed = list(value, "Emails").filter_map(|email| text(email, "Address"));
    for address in listed.chain(list(value, "Addresses").filter_map(|address| text(address, "Email"))) {
        if !primary.iter().chain(&others).any(|known| same_address(known, &address)) {
            others.push(address);
        }
    }
    (primary, others)
}

fn same_address(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}

fn city(value: &Value) -> Option<String> {
    text(value, "CityName").or_else(|| {
        list(value, "Addresses").find_map(|full| member(full, "Address").and_then(|address| text(address, "CityName")))
    })
}

fn phone(value: &Value) -> Option<String> {
    text(value, "Phone")
        .or_else(|| {
            list(value, "Phones").find(|phone| flag(phone, "IsPrimary")).and_then(|phone| text(phone, "Number"))
        })
        .or_else(|| list(value, "Phones").find_map(|phone| text(phone, "Number")))
}

/// A property of a generic bag, by the bag's name.
pub(super) fn property(value: &Value, bag: &str, name: &str) -> Option<String> {
    list(value, bag)
        .find(|property| text(property, "Name").is_some_and(|found| found.eq_ignore_ascii_case(name)))
        .and_then(|property| text(property, "Value"))
}

/// A property of a generic entity (`imis.md §6.1`); flat rows are read too.
pub(crate) fn generic_text(value: &Value, name: &str) -> Option<String> {
    property(value, "Properties", name).or_else(|| text(value, name))
}

/// The first identity element of a generic entity.
pub(crate) fn generic_identity(value: &Value) -> Option<String> {
    generic_elements(value).into_iter().next()
}

/// All identity elements of a generic entity.
pub(crate) fn generic_elements(value: &Value) -> Vec<String> {
    member(value, "Identity")
        .map(|identity| list(identity, "IdentityElements").filter_map(scalar).collect())
        .unwrap_or_default()
}

/// The contact that a generic entity belongs to.
pub(crate) fn generic_owner(value: &Value) -> Option<String> {
    let parent = member(value, "PrimaryParentIdentity").and_then(|parent| list(parent, "IdentityElements").next());
    parent.and_then(scalar).or_else(|| generic_text(value, "PartyId")).or_else(|| generic_text(value, "ID"))
}

/// Reads `LegacyActivityTypeData`.
pub(crate) fn activity_type(value: &Value) -> Option<ActivityType> {
    let id = text(value, "ActivityTypeId")?;
    Some(ActivityType { description: text(value, "Description").unwrap_or_else(|| id.clone()), id })
}

/// Reads `InteractionTypeData`, if a person may assign it: its code and the codes of its actions.
pub(crate) fn interaction_type(value: &Value) -> Option<(String, Vec<String>)> {
    if !flag(value, "IsAssignable") || text(value, "MarkedForDeleteOn").is_some() {
        return None;
    }
    let actions = list(value, "Actions").filter_map(|action| text(action, "InteractionActionCode")).collect();
    Some((text(value, "InteractionTypeCode")?, actions))
}

/// Reads `CommunicationLogData` or its summary: its key and the message's.
pub(crate) fn log(value: &Value) -> Option<(LogId, Option<String>)> {
    Some((LogId::new(text(value, "CommunicationLogId")?), text(value, "CommunicationLogMessageId")))
}

/// Reads `CommunicationLogRecipientData`: its key, its contact, and the key of its log.
pub(crate) fn recipient(value: &Value) -> Option<(RecipientId, Option<PartyId>, Option<String>)> {
    let party = member(value, "Party").and_then(|party| text(party, "PartyId").or_else(|| text(party, "Id")));
    let log = member(value, "CommunicationLog").and_then(|log| text(log, "CommunicationLogId"));
    Some((RecipientId::new(text(value, "CommunicationLogRecipientId")?), party.map(PartyId::new), log))
}

/// Reads `ContactInteractionData`: its key, its contact and the message's key.
pub(crate) fn contact_interaction(value: &Value) -> Option<(InteractionId, Option<String>, Option<String>)> {
    let id = InteractionId::new(text(value, "ContactInteractionId")?);
    Some((id, text(value, "PartyId"), text(value, "RelatedItem")))
}

/// Reads an attachment of either store: its key, its name, and the key of what it hangs on.
pub(crate) fn attachment(value: &Value) -> Option<(AttachmentId, String, Option<String>)> {
    let id = text(value, "CommunicationLogAttachmentId").or_else(|| text(value, "AttachmentId"))?;
    let name = text(value, "FileName").or_else(|| text(value, "Name")).unwrap_or_default();
    let owner = text(value, "CommunicationLogId").or_else(|| text(value, "ActivityId"));
    Some((AttachmentId::new(id), name, owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_person_is_read_with_all_that_tells_people_apart() {
        let person = contact(&json!({
            "$type": "Asi.Soa.Membership.DataContracts.PersonData, Asi.Contracts",
            "PersonName": { "FullName": "Ms. Jane Doe" },
            "PrimaryOrganization": { "OrganizationPartyId": "200", "Name": "Acme Institute", "Title": "Director" },
            "AdditionalAttributes": { "$type": "…", "$values": [{ "Name": "CustomerTypeCode", "Value": "REG" }] },
            "Addresses": { "$type": "…", "$values": [
                { "Email": "JANE@acme.test", "Address": { "CityName": "Austin" } }, { "Email": "jane@home.test" }] },
            "Emails": { "$type": "…", "$values": [
                { "Address": "jane@work.test", "EmailType": "Work" },
                { "Address": "jane@acme.test", "EmailType": "_Primary", "IsPrimary": true }] },
            "Phones": { "$type": "…", "$values": [{ "Number": "555-0100", "PhoneType": "Mobile" }] },
            "PartyId": "101", "Id": "101",
            "Status": { "PartyStatusId": "A", "Description": "Active" },
            "Name": "Ms. Jane Doe"
        }))
        .unwrap();
        let expected = Contact {
            id: PartyId::new("101"),
            is_organisation: false,
            name: "Ms. Jane Doe".into(),
            primary_email: Some("jane@acme.test".into()),
            other_emails: vec!["jane@work.test".into(), "jane@home.test".into()],
            organisation: Some("Acme Institute".into()),
            organisation_id: Some(PartyId::new("200")),
            title: Some("Director".into()),
            city: Some("Austin".into()),
            phone: Some("555-0100".into()),
            member_type: Some("REG".into()),
            status: Some("Active".into()),
            active: true,
        };
        assert!(person == expected);
    }

    #[test]
    fn a_member_type_is_called_what_the_site_calls_it() {
        let called = |attributes: Value| {
            contact(&json!({ "PartyId": "1", "AdditionalAttributes": attributes })).unwrap().member_type
        };
        let code = json!({ "Name": "CustomerTypeCode", "Value": "REG" });
        for name in ["CustomerTypeDescription", "MemberTypeDescription"] {
            let description = json!({ "Name": name, "Value": "Regular member" });
            assert_eq!(called(json!([code, description])).as_deref(), Some("Regular member"));
        }
        let empty = json!({ "Name": "CustomerTypeDescription", "Value": "" });
        assert_eq!(called(json!([empty, code])).as_deref(), Some("REG"));
    }

    #[test]
    fn defaults_may_be_left_out() {
        let bare = contact(&json!({ "PartyId": "1" })).unwrap();
        assert!(bare.active && !bare.is_organisation && bare.name == "1" && bare.primary_email.is_none());
        assert!(contact(&json!({ "Name": "nobody" })).is_none());
    }

    #[test]
    fn whoever_is_not_active_is_told_apart() {
        for inactive in [
            json!({ "PartyId": "1", "Status": { "PartyStatusId": "I", "ActiveStatus": 1 } }),
            json!({ "PartyId": "1", "Status": { "PartyStatusId": "S", "ActiveStatus": "Suspended" } }),
            json!({ "PartyId": "1", "Status": { "PartyStatusId": "X" } }),
            json!({ "PartyId": "1", "IsMarkedForDelete": true }),
            json!({ "PartyId": "1", "IsMarkedForDelete": { "$type": "System.Boolean", "$value": true } }),
        ] {
            assert!(!contact(&inactive).unwrap().active, "{inactive}");
        }
    }

    #[test]
    fn a_page_is_read_however_its_items_are_written() {
        let two = json!([{ "a": 1 }, { "a": 2 }]);
        let list = json!({ "$type": "List", "$values": two });
        for answer in [
            json!({ "Items": list, "HasNext": false, "NextOffset": 0 }),
            json!({ "Items": two }),
            json!({ "items": list }),
            list.clone(),
            two.clone(),
        ] {
            let (items, next) = page(answer.clone()).unwrap();
            assert_eq!((items.len(), next), (2, None), "{answer}");
        }
        let (_, next) = page(json!({ "Items": list, "HasNext": true, "NextOffset": 100 })).unwrap();
        assert_eq!(next, Some(100));
        assert_eq!(page(json!({ "Items": { "$type": "List" } })).unwrap().0.len(), 0);
        for strange in [json!({ "Message": "hello" }), json!("text"), json!(null), json!({ "Items": 5 })] {
            assert!(page(strange.clone()).is_none(), "{strange}");
        }
    }

    #[test]
    fn every_kind_of_error_body_says_its_sentence() {
        let validation = br#"{"Errors":{"$values":[{"FieldName":"ACTIVITY_TYPE","Message":"No such type."}]}}"#;
        assert_eq!(complaint(validation), (Some("No such type.".into()), Some("ACTIVITY_TYPE".into())));
        let of = |body: &[u8]| complaint(body).0;
        assert_eq!(of(br#"{"error":"e","error_description":"Described."}"#).as_deref(), Some("Described."));
        assert_eq!(of(br#"{"$type":"HttpError","Message":"Denied."}"#).as_deref(), Some("Denied."));
        assert_eq!(of(b"ArgumentFault: no").as_deref(), Some("ArgumentFault: no"));
        assert_eq!(of(br#""quoted text""#).as_deref(), Some("quoted text"));
        assert_eq!(of(b"<html><h1>no</h1></html>"), None);
        assert_eq!(of(b""), None);
        assert_eq!(of("x".repeat(9000).as_bytes()).map(|text| text.chars().count()), Some(MESSAGE_MAX + 1));
    }

    #[test]
    fn generic_values_are_read_bare_or_wrapped() {
        let row = json!({
            "Identity": { "IdentityElements": { "$values": ["48213"] } },
            "Properties": { "$values": [
                { "Name": "SEQN", "Value": { "$type": "System.Int32", "$value": 48213 } },
                { "Name": "UF_1", "Value": "<a@b>" }, { "Name": "NOTE" }] }
        });
        assert_eq!(generic_identity(&row).as_deref(), Some("48213"));
        assert_eq!(generic_text(&row, "seqn").as_deref(), Some("48213"));
        assert_eq!(generic_text(&row, "UF_1").as_deref(), Some("<a@b>"));
        assert_eq!(generic_text(&row, "NOTE"), None);
    }

    #[test]
    fn a_user_is_read_with_roles_in_either_shape() {
        let texts = json!({ "UserName": "JSMITH", "UserId": "7", "Roles": { "$values": ["IsStaff"] } });
        let objects =
            json!({ "UserName": "JSMITH", "Party": { "PartyId": "7" }, "Roles": [{ "RoleName": "IsStaff" }] });
        for value in [texts, objects] {
            let user = user(&value).unwrap().user;
            assert_eq!((user.contact.as_str(), &user.roles[..]), ("7", &["IsStaff".to_owned()][..]));
        }
    }
}
