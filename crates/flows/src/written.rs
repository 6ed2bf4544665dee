//! What comes of a writing: where it shows.

use crate::{
    App, Effect, Forms, News, Opened, Opening, RecordEvent, RecordState, Sheet, SheetId, Trouble, WriteEvent,
    WritePhase, Writing,
};
use api::{ContactId, FieldKind, LocalTime, RecordId, RecordInFull, RecordKind, SaveReport, TimelineEntry};

/// What a new record looks like on a timeline, until iMIS is asked: much as it was typed.
fn entry(writing: &Writing, forms: &Forms, record: RecordId, by: Option<String>) -> Option<TimelineEntry> {
    let form = writing.form(forms)?;
    let first = |kind: FieldKind| form.fields.iter().find(|field| field.kind == kind);
    let typed = |kind| first(kind).map(|field| writing.value(&field.name).trim().to_owned()).unwrap_or_default();
    // What was typed while another type was chosen is not of this record.
    let field = |name: &str| form.fields.iter().find(|field| field.name == name);
    let named = |name: &str| field(name).map(|field| writing.value(&field.name)).filter(|time| !time.is_empty());
    let named = |name: &str| named(name).map(|time| LocalTime(time.to_owned()));
    // The communication log keeps no other time than that of writing (imis.md §7).
    let own = if form.kind == RecordKind::CommunicationLog { None } else { named("TRANSACTION_DATE") };
    let note: String = typed(FieldKind::LongText).chars().take(TimelineEntry::SNIPPET_MAX).collect();
    Some(TimelineEntry {
        record,
        kind: form.kind,
        at: own.or_else(|| named("InteractionDate")).or_else(|| forms.here().map(|here| here.now.clone())),
        title: typed(FieldKind::Text),
        type_name: form.title.clone(),
        snippet: note,
        by,
        follow_up: named("TICKLER_DATE"),
    })
}

impl App {
    pub(crate) fn written(&mut self, id: SheetId, answer: Result<SaveReport, Trouble>) -> Vec<Effect> {
        let Some(Sheet::Write(writing)) = self.sheets.get_mut(id) else { return vec![] };
        if writing.phase != WritePhase::Sending {
            return vec![];
        }
        match answer {
            // It waits, and is sent again by the next session of the same person.
            Err(trouble) if trouble.is_signed_out() => self.notice_end(Some(&trouble)),
            Err(trouble) => {
                writing.failed(trouble.clone());
                self.notice_end(Some(&trouble))
            }
            Ok(report) => {
                let all = writing.written(report);
                let writing = writing.clone();
                self.show_on_timelines(&writing);
                if all { self.show_written(id, &writing) } else { vec![] }
            }
        }
    }

    fn show_on_timelines(&mut self, writing: &Writing) {
        for (contact, state) in &writing.results {
            if let RecordState::Saved(record) = state {
                self.show_on_timeline(writing, &contact.id, record);
            }
        }
    }

    fn show_on_timeline(&mut self, writing: &Writing, contact: &ContactId, record: &RecordId) {
        let by = match &self.session {
            crate::Session::SignedIn(me) => Some(me.user_name.clone()),
            _ => None,
        };
        if let Some(entry) = entry(writing, &self.timelines.forms, record.clone(), by) {
            self.timelines.written(contact, entry);
        }
    }

    /// Everything is written: the timeline of a contact it was written for shows it.
    fn show_written(&mut self, id: SheetId, writing: &Writing) -> Vec<Effect> {
        self.sheets.remove(id);
        let beneath = match self.sheets.top() {
            Some((_, Sheet::Contact(contact))) => Some(contact.clone()),
            _ => None,
        };
        let beneath = beneath.filter(|contact| writing.contacts.iter().any(|known| known.id == *contact));
        let (contact, effects) = match (beneath, writing.results.first()) {
            (Some(contact), _) => {
                let effects = self.want_timeline(&contact);
                (contact, effects)
            }
            (None, Some((first, state))) => {
                let effects = self.open_sheet(Opening::Contact(first.clone()));
                if let RecordState::Saved(record) = state {
                    self.show_on_timeline(writing, &first.id, record);
                }
                (first.id.clone(), effects)
            }
            (None, None) => return vec![],
        };
        self.timelines.tell(&contact, News::Written(writing.results.len()));
        effects
    }

    pub(crate) fn changed(&mut self, id: SheetId, answer: Result<Box<RecordInFull>, Trouble>) -> Vec<Effect> {
        let Some(Sheet::Write(writing)) = self.sheets.get_mut(id) else { return vec![] };
        let Some(contact) = writing.changing.as_ref().map(|changing| changing.contact.clone()) else { return vec![] };
        if writing.phase != WritePhase::Sending {
            return vec![];
        }
        let full = match answer {
            Ok(full) => full,
            Err(trouble) if trouble.is_signed_out() => return self.notice_end(Some(&trouble)),
            Err(trouble) if trouble.is_code(api::ProblemCode::Conflict) => {
                // Nothing was changed: what the person saw is not there any more.
                writing.phase = WritePhase::Filling;
                writing.trouble = Some(trouble);
                return vec![];
            }
            Err(trouble) => {
                writing.failed(trouble.clone());
                return self.notice_end(Some(&trouble));
            }
        };
        self.sheets.remove(id);
        if let Some(open) = self.sheet_of_record(&contact, &full.entry.record).and_then(|id| self.open_record_mut(id)) {
            open.entry = Some(full.entry.clone());
            open.opened = Opened::Known(full.clone());
            open.changed = true;
        }
        self.timelines.changed(&contact, &full.entry)
    }

    fn sheet_of_record(&self, contact: &ContactId, record: &RecordId) -> Option<SheetId> {
        let shows = |id: &SheetId| match self.sheets.get(*id) {
            Some(Sheet::Record(open)) => open.contact == *contact && open.record == *record,
            _ => false,
        };
        self.sheets.ids().into_iter().find(shows)
    }

    pub(crate) fn show_current(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(Sheet::Write(writing)) = self.sheets.get(id) else { return vec![] };
        let Some(changing) = writing.changing.clone() else { return vec![] };
        self.sheets.remove(id);
        match self.sheet_of_record(&changing.contact, &changing.full.entry.record) {
            Some(sheet) => self.record_event(sheet, RecordEvent::AgainAsked),
            None => vec![],
        }
    }

    /// Whoever left before the answer finds the timeline up to date all the same.
    pub(crate) fn late_writing(&mut self, event: &WriteEvent) -> Vec<Effect> {
        match (event, self.sheets.top()) {
            (WriteEvent::Written(Ok(_)) | WriteEvent::Changed(Ok(_)), Some((_, Sheet::Contact(contact)))) => {
                let contact = contact.clone();
                self.timeline_event(crate::TimelineEvent::AgainAsked(contact))
            }
            _ => vec![],
        }
    }
}
