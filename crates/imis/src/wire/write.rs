//! The strict writer: every object names its type first (`imis.md §4.2`).

use bytes::Bytes;
use serde::Serialize;
use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// A local date without a zone, as iMIS writes it.
pub(crate) fn date(date: PrimitiveDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    date.format(FORMAT).expect("every date has these parts")
}

/// A body as JSON.
pub(crate) fn json(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).expect("bodies are made of text and numbers").into()
}

/// The two ends of a body whose last member is a file: what stands before the
/// base64 text, and what after it.
pub(crate) fn streamed(body: &impl Serialize) -> (Bytes, Bytes) {
    let mut head = json(body).to_vec();
    head.pop();
    head.extend_from_slice(br#","Attachment":{"$type":"System.Byte[], mscorlib","$value":""#);
    (head.into(), Bytes::from_static(br#""}}"#))
}

/// `CommunicationLogData` (`imis.md §7.2`).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LogBody<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    communication_log_message_id: &'a str,
    subject: &'a str,
    status: u8,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    html: &'a str,
}

impl<'a> From<&crate::NewLog<'a>> for LogBody<'a> {
    fn from(log: &crate::NewLog<'a>) -> Self {
        Self {
            class: "Asi.Soa.Communications.DataContracts.CommunicationLogData, Asi.Contracts",
            communication_log_message_id: log.message_key,
            // iMIS will not have an entry without a subject (`imis.md §7.2`).
            subject: if log.subject.trim().is_empty() { "(no subject)" } else { log.subject },
            // ProcessingComplete: nothing is left to send.
            status: 3,
            text: log.text,
            html: log.html,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LogReference<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    communication_log_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PartyReference<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    party_id: &'a str,
}

/// `CommunicationLogRecipientData` (`imis.md §7.2`).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RecipientBody<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    communication_log: LogReference<'a>,
    party: PartyReference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

impl<'a> RecipientBody<'a> {
    pub(crate) const fn new(log: &'a str, party: &'a str, address: Option<&'a str>) -> Self {
        Self {
            class: "Asi.Soa.Communications.DataContracts.CommunicationLogRecipientData, Asi.Contracts",
            communication_log: LogReference {
                class: "Asi.Soa.Communications.DataContracts.CommunicationLogSummaryData, Asi.Contracts",
                communication_log_id: log,
            },
            party: PartyReference {
                class: "Asi.Soa.Membership.DataContracts.PartyReferenceData, Asi.Contracts",
                party_id: party,
            },
            address,
        }
    }
}

/// `ContactInteractionData` (`imis.md §7.1`).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ContactInteractionBody<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    party_id: &'a str,
    interaction_type_code: &'a str,
    interaction_action_code: &'a str,
    interaction_date: String,
    description: &'a str,
    related_item: &'a str,
    details: &'a str,
}

impl<'a> From<&crate::NewContactInteraction<'a>> for ContactInteractionBody<'a> {
    fn from(interaction: &crate::NewContactInteraction<'a>) -> Self {
        Self {
            class: "Asi.Soa.Membership.DataContracts.ContactInteraction.ContactInteractionData, Asi.Contracts",
            party_id: interaction.party.as_str(),
            interaction_type_code: interaction.type_code,
            interaction_action_code: interaction.action_code,
            interaction_date: date(interaction.date_local),
            description: interaction.description,
            related_item: interaction.message_key,
            details: interaction.details,
        }
    }
}

/// `CommunicationLogAttachmentData` without its bytes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LogAttachmentBody<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    communication_log_id: &'a str,
    name: &'a str,
    content_type: &'a str,
}

impl<'a> LogAttachmentBody<'a> {
    pub(crate) const fn new(log: &'a str, name: &'a str, content_type: &'a str) -> Self {
        let class = "Asi.Soa.Communications.DataContracts.CommunicationLogAttachmentData, Asi.Contracts";
        Self { class, communication_log_id: log, name, content_type }
    }
}

/// `LegacyActivityAttachmentData` without its bytes (`imis.md §6.3`).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ActivityAttachmentBody<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    activity_id: i64,
    file_name: &'a str,
    attached_on: String,
}

impl<'a> ActivityAttachmentBody<'a> {
    pub(crate) fn new(activity: i64, name: &'a str, attached_on: PrimitiveDateTime) -> Self {
        let class = "Asi.Soa.Core.DataContracts.LegacyActivityAttachmentData, Asi.Contracts";
        Self { class, activity_id: activity, file_name: name, attached_on: date(attached_on) }
    }
}

/// `GenericExecuteRequest` (`imis.md §4.6`).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Execute<'a> {
    #[serde(rename = "$type")]
    class: &'static str,
    operation_name: &'static str,
    entity_type_name: &'static str,
    parameters: List<Parameter<'a>>,
    use_json: bool,
}

/// A positional parameter; a list must name its type, or iMIS answers 500.
#[derive(Serialize)]
#[serde(untagged)]
enum Parameter<'a> {
    One {
        #[serde(rename = "$type")]
        class: &'static str,
        #[serde(rename = "$value")]
        value: &'a str,
    },
    Flag {
        #[serde(rename = "$type")]
        class: &'static str,
        #[serde(rename = "$value")]
        value: bool,
    },
    Many(List<&'a str>),
}

impl<'a> Parameter<'a> {
    const fn text(value: &'a str) -> Self {
        Self::One { class: "System.String", value }
    }

    const fn flag(value: bool) -> Self {
        Self::Flag { class: "System.Boolean", value }
    }

    fn texts(values: &[&'a str]) -> Self {
        Self::Many(List { class: "System.String[], mscorlib", values: values.to_vec() })
    }
}

impl<'a> Execute<'a> {
    /// Asks for the roles of a user.
    pub(crate) fn user_roles(user: &'a str) -> Self {
        Self::new("UserSecurity", "GetUserRoles", vec![Parameter::text(user)])
    }

    /// Asks for the published document at a path.
    pub(crate) fn document(path: &'a str) -> Self {
        Self::new("DocumentSummary", "FindByPath", vec![Parameter::text(path)])
    }

    /// Asks for the published folders and queries in a folder, by its path or key.
    pub(crate) fn folder(folder: &'a str) -> Self {
        let types = Parameter::texts(&["FOL", "IQD"]);
        let parameters = vec![Parameter::text(folder), types, Parameter::flag(true)];
        Self::new("DocumentSummary", "FindDocumentsInFolder", parameters)
    }

    /// Asks for all published queries below a folder, by its key.
    pub(crate) fn below(folder: &'a str) -> Self {
        let parameters = vec![Parameter::text(folder), Parameter::text("IQD"), Parameter::flag(true)];
        Self::new("DocumentSummary", "FindDescendantDocumentsInFolder", parameters)
    }

    /// Asks for the definition of the query at a path.
    pub(crate) fn definition(path: &'a str) -> Self {
        Self::new("QueryDefinition", "FindByPath", vec![Parameter::text(path)])
    }

    /// Asks for the prompts of the query at a path.
    pub(crate) fn query_parameters(path: &'a str) -> Self {
        Self::new("QueryParameterDefinition", "FindByPath", vec![Parameter::text(path)])
    }

    fn new(entity_type_name: &'static str, operation_name: &'static str, parameters: Vec<Parameter<'a>>) -> Self {
        Self {
            class: "Asi.Soa.Core.DataContracts.GenericExecuteRequest, Asi.Contracts",
            operation_name,
            entity_type_name,
            parameters: List {
                class: "System.Collections.ObjectModel.Collection`1[[System.Object, mscorlib]], mscorlib",
                values: parameters,
            },
            use_json: false,
        }
    }

    /// The entity that is asked.
    pub(crate) const fn entity(&self) -> &'static str {
        self.entity_type_name
    }
}

#[derive(Serialize)]
struct List<T> {
    #[serde(rename = "$type")]
    class: &'static str,
    #[serde(rename = "$values")]
    values: Vec<T>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn every_object_names_its_type_first() {
        let log = crate::NewLog { subject: "s", html: "<p>", text: "", message_key: "<a@b>" };
        let bodies = [
            json(&LogBody::from(&log)),
            json(&RecipientBody::new("log", "101", None)),
            json(&LogAttachmentBody::new("log", "a", "b")),
            json(&ActivityAttachmentBody::new(1, "a", datetime!(2025-10-14 09:12:00))),
        ];
        for body in bodies {
            let body = std::str::from_utf8(&body).unwrap();
            for (start, _) in body.match_indices('{') {
                assert!(body[start..].starts_with(r#"{"$type":""#), "{body}");
            }
        }
    }

    #[test]
    fn the_ends_of_a_streamed_body_make_one_object() {
        let (head, tail) = streamed(&LogAttachmentBody::new("log", "a \"b\".pdf", "application/pdf"));
        let whole = [&head[..], b"QUJD", &tail[..]].concat();
        let value: serde_json::Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(value["Attachment"]["$value"], "QUJD");
        assert_eq!(value["Name"], "a \"b\".pdf");
    }
}
