//! One record of a timeline, opened: what it holds, its attachments, and removing it.

use crate::{App, Effect, Sheet, SheetId, Trouble};
use api::{AttachmentName, ContactId, GetRecord, RecordId, RecordInFull, RemoveRecord, Removed, TimelineEntry};

/// What is known of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Being asked.
    Loading,
    /// This.
    Known(Box<RecordInFull>),
    /// Could not be asked.
    Failed(Trouble),
}

/// How far an attachment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Download {
    /// On its way.
    Running,
    /// The browser has it.
    Done,
    /// It did not come.
    Failed(Trouble),
}

/// How removing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removing {
    /// Nobody wants it.
    Nothing,
    /// The person is asked whether they mean it.
    Asked,
    /// The server is asked.
    Running,
    /// It did not work.
    Failed(Trouble),
}

/// An opened record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// Whose timeline it stands on.
    pub contact: ContactId,
    /// Which.
    pub record: RecordId,
    /// What the timeline says of it, until more is known.
    pub entry: Option<TimelineEntry>,
    /// What is known.
    pub opened: Opened,
    /// The attachments that were asked for.
    pub downloads: Vec<(String, Download)>,
    /// Whether it is being removed.
    pub removing: Removing,
    /// Whether it was changed just now.
    pub changed: bool,
}

impl OpenRecord {
    /// The record in full, once it is known.
    pub fn full(&self) -> Option<&RecordInFull> {
        match &self.opened {
            Opened::Known(full) => Some(full),
            Opened::Loading | Opened::Failed(_) => None,
        }
    }

    /// How far an attachment has come, if it was asked for.
    pub fn download(&self, attachment: &str) -> Option<&Download> {
        self.downloads.iter().find(|(id, _)| id == attachment).map(|(_, download)| download)
    }

    pub(crate) fn fetch(&self) -> RecordEffect {
        RecordEffect::Fetch(GetRecord { record: self.record.clone(), contact: self.contact.clone() })
    }

    fn set_download(&mut self, attachment: &str, download: Download) {
        self.downloads.retain(|(id, _)| id != attachment);
        self.downloads.push((attachment.to_owned(), download));
    }

    fn start_download(&mut self, attachment: &str) -> Option<RecordEffect> {
        if self.download(attachment) == Some(&Download::Running) {
            return None;
        }
        let name = self.full()?.attachments.iter().find(|known| known.id == attachment)?.name.clone();
        self.set_download(attachment, Download::Running);
        let (record, contact) = (self.record.clone(), self.contact.clone());
        Some(RecordEffect::Download { contact, record, attachment: attachment.to_owned(), name })
    }
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordEvent {
    /// Ask for it again.
    AgainAsked,
    /// The server answered.
    Answered(Result<Box<RecordInFull>, Trouble>),
    /// An attachment is wanted.
    DownloadAsked(String),
    /// The browser has it, or it did not come.
    Downloaded(String, Result<(), Trouble>),
    /// It is to be removed.
    RemoveAsked,
    /// Yes, it is.
    RemoveConfirmed,
    /// No, it is not.
    RemoveCancelled,
    /// The server answered.
    Removed(Result<Removed, Trouble>),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordEffect {
    /// Ask for it → [`RecordEvent::Answered`].
    Fetch(GetRecord),
    /// Hand an attachment to the browser → [`RecordEvent::Downloaded`].
    Download {
        /// Whose timeline the record stands on.
        contact: ContactId,
        /// The record.
        record: RecordId,
        /// The attachment.
        attachment: String,
        /// The name it is kept under.
        name: AttachmentName,
    },
    /// Remove it → [`RecordEvent::Removed`].
    Remove(RemoveRecord),
}

impl App {
    pub(crate) fn open_record(&mut self, contact: ContactId, record: RecordId) -> Vec<Effect> {
        self.timelines.read(&contact);
        let entry = self.timelines.entry(&contact, &record).cloned();
        let open = OpenRecord {
            contact,
            record,
            entry,
            opened: Opened::Loading,
            downloads: vec![],
            removing: Removing::Nothing,
            changed: false,
        };
        let effect = open.fetch();
        let id = self.sheets.put(Sheet::Record(Box::new(open)));
        vec![Effect::Record(id, effect)]
    }

    /// What was under way when the session ended is asked again; a removal only by the person.
    pub(crate) fn resume_record(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(open) = self.open_record_mut(id) else { return vec![] };
        let mut effects = vec![];
        if open.opened == Opened::Loading {
            effects.push(open.fetch());
        }
        let waiting = open.downloads.iter().filter(|(_, download)| *download == Download::Running);
        let waiting: Vec<String> = waiting.map(|(attachment, _)| attachment.clone()).collect();
        open.downloads.retain(|(_, download)| *download != Download::Running);
        effects.extend(waiting.iter().filter_map(|attachment| open.start_download(attachment)));
        effects.into_iter().map(|effect| Effect::Record(id, effect)).collect()
    }

    pub(crate) fn open_record_mut(&mut self, id: SheetId) -> Option<&mut OpenRecord> {
        match self.sheets.get_mut(id)? {
            Sheet::Record(open) => Some(open),
            _ => None,
        }
    }

    pub(crate) fn record_event(&mut self, id: SheetId, event: RecordEvent) -> Vec<Effect> {
        let Some(open) = self.open_record_mut(id) else { return self.late_removal(&event) };
        let effect = match event {
            RecordEvent::AgainAsked => {
                open.opened = Opened::Loading;
                open.removing = Removing::Nothing;
                Some(open.fetch())
            }
            RecordEvent::Answered(Ok(full)) => {
                open.entry = Some(full.entry.clone());
                open.opened = Opened::Known(full);
                None
            }
            RecordEvent::Answered(Err(trouble)) => {
                // A session that ended meanwhile is no answer.
                if !trouble.is_signed_out() {
                    open.opened = Opened::Failed(trouble.clone());
                }
                return self.notice_end(Some(&trouble));
            }
            RecordEvent::DownloadAsked(attachment) => open.start_download(&attachment),
            RecordEvent::Downloaded(attachment, Ok(())) => {
                open.set_download(&attachment, Download::Done);
                None
            }
            RecordEvent::Downloaded(attachment, Err(trouble)) => {
                if !trouble.is_signed_out() {
                    open.set_download(&attachment, Download::Failed(trouble.clone()));
                }
                return self.notice_end(Some(&trouble));
            }
            RecordEvent::RemoveAsked => {
                let may = open.full().is_some_and(|full| full.may_remove) && open.removing != Removing::Running;
                if may {
                    open.removing = Removing::Asked;
                }
                None
            }
            RecordEvent::RemoveCancelled => {
                if open.removing != Removing::Running {
                    open.removing = Removing::Nothing;
                }
                None
            }
            RecordEvent::RemoveConfirmed if matches!(open.removing, Removing::Asked | Removing::Failed(_)) => {
                open.removing = Removing::Running;
                Some(RecordEffect::Remove(RemoveRecord { record: open.record.clone(), contact: open.contact.clone() }))
            }
            RecordEvent::RemoveConfirmed => None,
            RecordEvent::Removed(Ok(_)) => {
                let (contact, record) = (open.contact.clone(), open.record.clone());
                self.sheets.remove(id);
                return self.timelines.removed(&contact, &record);
            }
            RecordEvent::Removed(Err(trouble)) => {
                open.removing = Removing::Failed(trouble.clone());
                return self.notice_end(Some(&trouble));
            }
        };
        effect.map(|effect| Effect::Record(id, effect)).into_iter().collect()
    }

    /// Whoever left the sheet while its record was being removed finds the timelines up to date all the same.
    fn late_removal(&mut self, event: &RecordEvent) -> Vec<Effect> {
        match (event, self.sheets.top()) {
            (RecordEvent::Removed(Ok(_)), Some((_, Sheet::Contact(contact)))) => {
                let contact = contact.clone();
                self.timeline_event(crate::TimelineEvent::AgainAsked(contact))
            }
            _ => vec![],
        }
    }
}
