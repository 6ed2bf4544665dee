//! One save under way, from the first click to its last retry.
//!
//! Order: read body and attachments from Outlook at once, while the message is
//! open; write the records; upload what was read, three at a time; mark the
//! message. Whatever fails keeps its own words and can be tried again under the
//! same id, and the server never writes twice what is in iMIS already.

mod state;

pub use state::{AttachmentProgress, AttachmentState, Mark, RecordState, SavePhase, Summary};

use crate::{Attachment, Body, Edited, Effect, Message, MessageKey, Trouble, filled};
use api::{
    AttachmentOutcome, AttachmentReport, ContactId, MessageToSave, ProblemCode, RecordOutcome, SaveAs, SaveId,
    SaveMessage, SaveReport, SavedAttachment, TargetContact,
};
use std::sync::Arc;

/// A save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// Its id.
    pub id: SaveId,
    /// Who saves; nobody else may go on with it.
    pub user_name: String,
    /// When it began: milliseconds since 1970 (UTC), by the server's clock.
    pub begun_ms: i64,
    /// The message.
    pub message: Message,
    /// As what.
    pub save_as: SaveAs,
    /// For each contact its name and what became of its record.
    pub records: Vec<(TargetContact, String, RecordState)>,
    /// The attachments.
    pub attachments: Vec<AttachmentState>,
    /// Where it stands.
    pub phase: SavePhase,
    /// Whether the message was marked.
    pub mark: Mark,
    /// Whether the person stopped it: what is under way ends, and nothing more is begun until they go on.
    pub stopped: bool,
    filled: Edited,
    /// Whether the person wants it although the message was saved before.
    pub again: bool,
    /// Whether it goes on with a save that the person left in part.
    pub(crate) resumes: bool,
    request: Option<Arc<SaveMessage>>,
}

/// Uploads going up at the same time; Office allows as many reads (`office-js.md §3`).
const AT_ONCE: usize = 3;

impl Save {
    pub(crate) fn begin(
        id: SaveId,
        (user_name, begun_ms): (String, i64),
        message: Message,
        (save_as, filled): (SaveAs, Edited),
        contacts: Vec<(TargetContact, String)>,
        attachments: Vec<Attachment>,
    ) -> (Self, Vec<Effect>) {
        let records = contacts.into_iter().map(|(target, name)| (target, name, RecordState::Waiting)).collect();
        let attachments = attachments
            .into_iter()
            .map(|attachment| AttachmentState { attachment, progress: AttachmentProgress::Waiting, held: false })
            .collect();
        let mut save = Self {
            id,
            user_name,
            begun_ms,
            message,
            save_as,
            records,
            attachments,
            phase: SavePhase::Reading,
            mark: Mark::Pending,
            stopped: false,
            filled,
            again: false,
            resumes: false,
            request: None,
        };
        let key = save.message.key.clone();
        let mut effects = vec![Effect::ReadBody { save: save.id.clone(), key }];
        effects.extend(save.read_more());
        (save, effects)
    }

    /// Nothing of the message is held any longer; what failed is read anew when it is tried again.
    pub(crate) fn unload(&mut self) -> Vec<Effect> {
        self.request = None;
        let effects = self.let_go();
        for state in &mut self.attachments {
            state.held = false;
        }
        effects
    }

    pub(crate) fn body_read(&mut self, body: Result<Body, Trouble>) -> Vec<Effect> {
        if self.phase != SavePhase::Reading {
            return vec![];
        }
        match body {
            Ok(body) => {
                let request = Arc::new(self.request(body));
                self.request = Some(request.clone());
                self.phase = SavePhase::Writing;
                vec![Effect::Save(request)]
            }
            Err(trouble) => {
                for (_, _, state) in &mut self.records {
                    *state = RecordState::Failed(trouble.clone());
                }
                self.phase = SavePhase::Finished;
                vec![]
            }
        }
    }

    fn request(&self, body: Body) -> SaveMessage {
        let message = &self.message;
        let fields = filled::sent(&self.filled, message, &body);
        SaveMessage {
            save: self.id.clone(),
            save_as: self.save_as.clone(),
            contacts: self.records.iter().map(|(target, _, _)| target.clone()).collect(),
            message: MessageToSave {
                message_id: message.message_id.clone(),
                subject: self.filled.subject.clone(),
                html: body.html,
                text: body.text,
                sent_ms: self.filled.sent_ms,
                received_ms: message.received_ms,
                utc_offset_minutes: message.utc_offset_minutes,
                from: message.from(),
                recipients: message.recipients(),
                note: self.filled.note.trim().to_owned(),
            },
            facts: message.facts(message.references.clone()),
            fields,
            attachments: self
                .attachments
                .iter()
                .map(|state| SavedAttachment {
                    name: state.attachment.name.clone(),
                    content_type: state.attachment.content_type.clone(),
                })
                .collect(),
            again: self.again,
            resumes: self.resumes,
        }
    }

    pub(crate) fn written(&mut self, answer: Result<SaveReport, Trouble>) -> Vec<Effect> {
        if self.phase != SavePhase::Writing {
            return vec![];
        }
        match answer {
            Ok(report) => {
                for record in report.records {
                    let state = match record.outcome {
                        RecordOutcome::Saved { record } => RecordState::Saved(record),
                        RecordOutcome::Failed { problem } => RecordState::Failed(Trouble::Server(problem)),
                    };
                    self.set_record(&record.contact, state);
                }
                for (state, outcome) in self.attachments.iter_mut().zip(report.attachments) {
                    if outcome == Some(AttachmentOutcome::Saved) {
                        state.progress = AttachmentProgress::Saved;
                    } else if state.progress == AttachmentProgress::Saved {
                        // A record has come to those that have it already, and lacks it.
                        let (held, waiting) = (AttachmentProgress::Held, AttachmentProgress::Waiting);
                        state.progress = if state.held { held } else { waiting };
                    }
                }
                self.phase = SavePhase::Attaching;
                let mut effects = self.read_more();
                effects.extend(self.advance());
                effects
            }
            Err(trouble) if trouble.is_signed_out() => self.pause(),
            Err(trouble) => {
                for (_, _, state) in &mut self.records {
                    if !matches!(state, RecordState::Saved(_)) {
                        *state = RecordState::Failed(trouble.clone());
                    }
                }
                self.phase = SavePhase::Attaching;
                self.advance()
            }
        }
    }

    fn set_record(&mut self, contact: &ContactId, new: RecordState) {
        if let Some((_, _, state)) = self.records.iter_mut().find(|(target, _, _)| target.id == *contact) {
            *state = new;
        }
    }

    /// Begins nothing more. What the server is at it finishes: then it is known what is in iMIS.
    pub(crate) fn stop(&mut self) -> Vec<Effect> {
        if !self.is_running() {
            return vec![];
        }
        self.stopped = true;
        for state in &mut self.attachments {
            if state.progress == AttachmentProgress::Reading {
                state.progress = AttachmentProgress::Waiting;
            }
        }
        match self.phase {
            SavePhase::Reading => {
                self.phase = SavePhase::Finished;
                vec![]
            }
            SavePhase::Attaching => self.advance(),
            _ => vec![],
        }
    }

    /// Starts reading what waits, as many at once as Office allows.
    fn read_more(&mut self) -> Vec<Effect> {
        if self.stopped {
            return vec![];
        }
        let key = self.message.key.clone();
        let mut free = AT_ONCE.saturating_sub(self.count(|progress| *progress == AttachmentProgress::Reading));
        let mut effects = vec![];
        for (index, state) in self.attachments.iter_mut().enumerate() {
            if free > 0 && state.progress == AttachmentProgress::Waiting && !state.held {
                state.progress = AttachmentProgress::Reading;
                free -= 1;
                effects.push(Effect::ReadAttachment {
                    save: self.id.clone(),
                    index,
                    key: key.clone(),
                    attachment: state.attachment.clone(),
                });
            }
        }
        effects
    }

    pub(crate) fn attachment_read(
        &mut self,
        index: usize,
        answer: Result<u64, Trouble>,
        max_bytes: u64,
    ) -> Vec<Effect> {
        let Some(state) = self.attachments.get_mut(index) else { return vec![] };
        if state.progress != AttachmentProgress::Reading {
            return vec![];
        }
        let mut effects = vec![];
        match answer {
            Ok(bytes) if bytes > max_bytes => {
                let too_large = api::Problem::new(api::ProblemCode::TooLarge);
                state.progress = AttachmentProgress::Failed(Trouble::Server(too_large));
                effects.push(Effect::DropContent { save: self.id.clone(), index });
            }
            Ok(bytes) => {
                state.attachment.size_bytes = bytes;
                state.held = true;
                state.progress = AttachmentProgress::Held;
            }
            Err(trouble) => state.progress = AttachmentProgress::Failed(trouble),
        }
        effects.extend(self.read_more());
        if self.phase == SavePhase::Attaching {
            effects.extend(self.advance());
        }
        effects
    }

    pub(crate) fn upload_moved(&mut self, index: usize, bytes: u64) {
        if let Some(AttachmentProgress::Uploading { sent_bytes }) =
            self.attachments.get_mut(index).map(|state| &mut state.progress)
        {
            *sent_bytes = bytes;
        }
    }

    pub(crate) fn uploaded(&mut self, index: usize, answer: Result<AttachmentReport, Trouble>) -> Vec<Effect> {
        let Some(state) = self.attachments.get_mut(index) else { return vec![] };
        if !matches!(state.progress, AttachmentProgress::Uploading { .. }) {
            return vec![];
        }
        match answer {
            Ok(report) => {
                let failed = report.records.into_iter().find_map(|(_, outcome)| match outcome {
                    AttachmentOutcome::Failed { problem } => Some(problem),
                    AttachmentOutcome::Saved => None,
                });
                state.progress = match failed {
                    Some(problem) => AttachmentProgress::Failed(Trouble::Server(problem)),
                    None => AttachmentProgress::Saved,
                };
            }
            Err(trouble) if trouble.is_signed_out() => {
                state.progress = AttachmentProgress::Held;
                return self.pause();
            }
            Err(trouble) => state.progress = AttachmentProgress::Failed(trouble),
        }
        if self.phase == SavePhase::Attaching { self.advance() } else { vec![] }
    }

    /// Sends up what is held; ends the save when nothing is left to wait for.
    fn advance(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        let saved = |(_, _, state): &(_, _, RecordState)| matches!(state, RecordState::Saved(_));
        let any_record = !self.stopped && self.records.iter().any(saved);
        let mut free =
            AT_ONCE.saturating_sub(self.count(|progress| matches!(progress, AttachmentProgress::Uploading { .. })));
        for (index, state) in self.attachments.iter_mut().enumerate() {
            if any_record && free > 0 && state.progress == AttachmentProgress::Held {
                state.progress = AttachmentProgress::Uploading { sent_bytes: 0 };
                free -= 1;
                let content_type = state.attachment.content_type.clone();
                effects.push(Effect::Upload { save: self.id.clone(), index, content_type });
            }
        }
        let stopped = self.stopped;
        let busy = self.count(|progress| match progress {
            AttachmentProgress::Uploading { .. } => true,
            AttachmentProgress::Waiting | AttachmentProgress::Reading => !stopped,
            AttachmentProgress::Held => any_record,
            AttachmentProgress::Saved | AttachmentProgress::Failed(_) => false,
        });
        if busy == 0 {
            self.phase = SavePhase::Finished;
            // While a record is missing, it may come and lack what the others have.
            let all_records = self.records.iter().all(saved);
            for (index, state) in self.attachments.iter_mut().enumerate() {
                if all_records && state.progress == AttachmentProgress::Saved && state.held {
                    state.held = false;
                    effects.push(Effect::DropContent { save: self.id.clone(), index });
                }
            }
        }
        effects
    }

    /// Takes up the mark when the message is open and something was saved.
    pub(crate) fn mark(&mut self, open: Option<&MessageKey>) -> Option<Effect> {
        let key = open.filter(|key| key.item_id == self.message.key.item_id)?;
        let ready = self.phase == SavePhase::Finished && self.mark == Mark::Pending;
        if !ready || self.summary() == Summary::Nothing {
            return None;
        }
        self.mark = Mark::Setting;
        Some(Effect::MarkMessage { save: self.id.clone(), key: key.clone() })
    }

    pub(crate) fn marked(&mut self, answer: Result<(), Trouble>) {
        self.mark = match answer {
            Ok(()) => Mark::Set,
            Err(trouble) => Mark::Failed(trouble),
        };
    }

    /// The message is open again: what could not be marked then can be now.
    pub(crate) fn reopened(&mut self, key: &MessageKey) {
        if self.message.key.item_id == key.item_id && self.mark == Mark::Failed(Trouble::MessageClosed) {
            self.mark = Mark::Pending;
        }
    }

    /// The headers of the message are read; what was asked of the server already stays as it was asked.
    pub(crate) fn headers_known(&mut self, message: &Message) {
        if self.message.key == message.key && self.request.is_none() {
            if self.filled.sent_ms == self.message.sent_ms {
                self.filled.sent_ms = message.sent_ms;
            }
            self.message = message.clone();
        }
    }

    fn pause(&mut self) -> Vec<Effect> {
        self.phase = SavePhase::Paused;
        vec![]
    }

    /// Goes on after a pause, or tries again what failed.
    pub(crate) fn go_on(&mut self, open: Option<&MessageKey>) -> Vec<Effect> {
        if !matches!(self.phase, SavePhase::Paused | SavePhase::Finished) {
            return vec![];
        }
        self.stopped = false;
        let key = open.filter(|key| key.item_id == self.message.key.item_id).cloned();
        if let Some(key) = &key {
            self.message.key = key.clone();
        }
        for state in &mut self.attachments {
            match state.progress {
                AttachmentProgress::Saved | AttachmentProgress::Reading => {}
                _ if state.held => state.progress = AttachmentProgress::Held,
                _ if key.is_some() => state.progress = AttachmentProgress::Waiting,
                _ => state.progress = AttachmentProgress::Failed(Trouble::MessageClosed),
            }
        }
        if self.mark != Mark::Set {
            self.mark = Mark::Pending;
        }
        let mut effects = if key.is_some() { self.read_more() } else { vec![] };
        match (&self.request, key) {
            (Some(request), _) => {
                self.phase = SavePhase::Writing;
                effects.push(Effect::Save(request.clone()));
            }
            (None, Some(key)) => {
                self.phase = SavePhase::Reading;
                effects.push(Effect::ReadBody { save: self.id.clone(), key });
            }
            (None, None) => {
                self.phase = SavePhase::Reading;
                effects.extend(self.body_read(Err(Trouble::MessageClosed)));
            }
        }
        effects
    }

    /// Whether the server did not take it because somebody was faster.
    pub fn is_repeated(&self) -> bool {
        let refused = |state: &RecordState| matches!(state, RecordState::Failed(trouble) if trouble.is_code(ProblemCode::AlreadySaved));
        self.phase == SavePhase::Finished && self.records.iter().any(|(_, _, state)| refused(state))
    }

    /// Goes on although somebody was faster, with all that was read before.
    pub(crate) fn save_anyway(&mut self, open: Option<&MessageKey>) -> Vec<Effect> {
        if !self.is_repeated() {
            return vec![];
        }
        self.again = true;
        if let Some(request) = &mut self.request {
            Arc::make_mut(request).again = true;
        }
        self.go_on(open)
    }

    /// What lets go of the contents still held, when the save is forgotten.
    pub(crate) fn let_go(&self) -> Vec<Effect> {
        let held = self.attachments.iter().enumerate().filter(|(_, state)| state.held);
        held.map(|(index, _)| Effect::DropContent { save: self.id.clone(), index }).collect()
    }

    /// What it comes to so far.
    pub fn summary(&self) -> Summary {
        let saved = |state: &RecordState| matches!(state, RecordState::Saved(_));
        let records = self.records.iter().filter(|(_, _, state)| saved(state)).count();
        let attachments = self.count(|progress| *progress == AttachmentProgress::Saved);
        if records == 0 {
            Summary::Nothing
        } else if records == self.records.len() && attachments == self.attachments.len() {
            Summary::All
        } else {
            Summary::Partly
        }
    }

    /// Whether something is still going on.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, SavePhase::Reading | SavePhase::Writing | SavePhase::Attaching)
    }

    fn count(&self, wanted: impl Fn(&AttachmentProgress) -> bool) -> usize {
        self.attachments.iter().filter(|state| wanted(&state.progress)).count()
    }
}
