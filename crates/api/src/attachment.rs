//! Attachments: their names, and what became of each.

use crate::save::{NO_PROBLEM, Word};
use crate::{Call, Problem, RecordId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A file name safe to write anywhere: no path, no control or bidirectional
/// characters, at most [`AttachmentName::MAX_BYTES`].
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct AttachmentName(String);

impl AttachmentName {
    /// Longest name, in bytes (`security.md §5.2`).
    pub const MAX_BYTES: usize = 150;

    /// Makes a name of any text; what is left of nothing is called `attachment`.
    pub fn new(text: &str) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let clean: String = last
            .chars()
            .filter(|c| {
                let hidden = matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
                !c.is_control() && !hidden
            })
            .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
            .collect();
        let clean = clean.trim_matches([' ', '.']);
        if clean.is_empty() {
            return Self("attachment".to_owned());
        }
        if clean.len() <= Self::MAX_BYTES {
            return Self(clean.to_owned());
        }
        // Keep the extension: it decides what opens the file.
        let (stem, extension) = match clean.rsplit_once('.') {
            Some((stem, extension)) if extension.len() <= 10 => (stem, format!(".{extension}")),
            _ => (clean, String::new()),
        };
        let mut end = Self::MAX_BYTES - extension.len();
        while !stem.is_char_boundary(end) {
            end -= 1;
        }
        Self(format!("{}{extension}", &stem[..end]))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for AttachmentName {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<AttachmentName> for String {
    fn from(name: AttachmentName) -> Self {
        name.0
    }
}

impl fmt::Debug for AttachmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttachmentName(…)")
    }
}

/// What became of an attachment on one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", try_from = "AttachmentRead")]
pub enum AttachmentOutcome {
    /// It is in iMIS.
    Saved,
    /// It is not, or nobody knows.
    Failed {
        /// Why.
        problem: Problem,
    },
}

/// An outcome as it is read: flat, since reading a tagged enum costs the pane many kilobytes.
#[derive(Deserialize)]
struct AttachmentRead {
    outcome: Word,
    problem: Option<Problem>,
}

impl TryFrom<AttachmentRead> for AttachmentOutcome {
    type Error = &'static str;

    fn try_from(read: AttachmentRead) -> Result<Self, Self::Error> {
        match read.outcome {
            Word::Saved => Ok(Self::Saved),
            Word::Failed => read.problem.map(|problem| Self::Failed { problem }).ok_or(NO_PROBLEM),
        }
    }
}

/// The answer to an upload: `PUT /api/saves/{save}/attachments/{index}` with the
/// raw bytes as body and their number as `Content-Length`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentReport {
    /// Place of the attachment in [`crate::SaveMessage::attachments`].
    pub index: usize,
    /// One entry for each record that takes attachments.
    pub records: Vec<(RecordId, AttachmentOutcome)>,
}

/// The upload has no JSON body, so it is no [`Call`]; this makes its path.
impl AttachmentReport {
    /// The path of the upload.
    pub fn path(save: &crate::SaveId, index: usize) -> String {
        format!("{}/{}/attachments/{index}", <crate::SaveMessage as Call>::PATH, save.0)
    }

    /// Whether every record has it.
    pub fn complete(&self) -> bool {
        self.records.iter().all(|(_, outcome)| matches!(outcome, AttachmentOutcome::Saved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_folder_or_turn_around() {
        assert_eq!(AttachmentName::new("..\\..\\etc/passwd").as_str(), "passwd");
        assert_eq!(AttachmentName::new("invoice\u{202e}fdp.exe").as_str(), "invoicefdp.exe");
        assert_eq!(AttachmentName::new("a<b>:c?.txt").as_str(), "a_b__c_.txt");
        assert_eq!(AttachmentName::new(" .. ").as_str(), "attachment");
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = AttachmentName::new(&format!("{}.pdf", "é".repeat(200)));
        assert!(name.as_str().len() <= AttachmentName::MAX_BYTES);
        assert!(name.as_str().ends_with("é.pdf"));
    }

    #[test]
    fn every_outcome_is_read_as_it_was_written_and_a_failure_without_a_problem_is_refused() {
        let problem = Problem::new(crate::ProblemCode::Busy);
        for outcome in [AttachmentOutcome::Saved, AttachmentOutcome::Failed { problem: problem.clone() }] {
            let written = serde_json::to_string(&outcome).expect("written");
            assert_eq!(serde_json::from_str::<AttachmentOutcome>(&written).expect("read"), outcome);
        }
        let saved = crate::RecordOutcome::Saved { record: RecordId("Activity:7".to_owned()) };
        for outcome in [saved, crate::RecordOutcome::Failed { problem }] {
            let record = crate::Record { contact: crate::ContactId("1".to_owned()), outcome };
            let written = serde_json::to_string(&record).expect("written");
            assert_eq!(serde_json::from_str::<crate::Record>(&written).expect("read"), record);
        }
        assert!(serde_json::from_str::<AttachmentOutcome>(r#"{"outcome":"failed"}"#).is_err());
    }
}
