//! Taking a save back: within ten seconds of saving it, or later on its entry in the ledger.
//!
//! The server may be asked for the same again at any time: what is gone counts as removed. So a lost answer is asked
//! for anew, and what iMIS did not let go is tried once more.

use crate::{
    App, Effect, MessageKey, RecordState, Save, SavePhase, SavedEffect, SavedEvent, Summary, Trouble, is_live,
};
use api::{
    LedgerEntry, LedgerId, LedgerState, LookUpSaved, Problem, ProblemCode, RecordId, RecordLeft, RemoveSave, SaveId,
    SaveRemoved,
};

/// How long undoing is offered, in milliseconds.
const UNDO_MS: i64 = 10_000;

/// How taking back stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakingStage {
    /// The person is asked whether they mean it; the reason is missing still where `lacks_reason` says so.
    Asked {
        /// It was sent without one.
        lacks_reason: bool,
    },
    /// The server is asked.
    Running,
    /// These records are left, and why.
    Left(Vec<RecordLeft>),
    /// It did not work, or nobody knows.
    Failed(Trouble),
}

/// A save that is being taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    /// Which.
    pub entry: LedgerId,
    /// Whether it is the person's own: a colleague's takes a reason.
    pub mine: bool,
    /// Why, as far as it was said.
    pub reason: String,
    /// How it stands.
    pub stage: TakingStage,
}

impl Taking {
    /// Whether the person has still to say whether they mean it.
    pub const fn is_asked(&self) -> bool {
        matches!(self.stage, TakingStage::Asked { .. })
    }
}

/// How undoing a save stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// It is offered.
    Offered {
        /// Until this time, in milliseconds since 1970.
        until_ms: i64,
        /// So many seconds more.
        left_s: i64,
    },
    /// Its time is over.
    Over,
    /// It is wanted, and waits for what is under way.
    Waiting,
    /// The ledger, then iMIS is asked.
    Running,
    /// These records are left, and why.
    Left(Vec<RecordLeft>),
    /// It did not work, or nobody knows.
    Failed(Trouble),
    /// Nothing of the save is left.
    Done,
}

impl Undo {
    /// Whether the save must stay as it is for its sake.
    pub(crate) const fn holds(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// Whether an entry is that of a save, which is known by the records it wrote.
fn is_of(entry: &LedgerEntry, save: &Save) -> bool {
    let wrote = |record: &RecordId| {
        save.records.iter().any(|(_, _, state)| matches!(state, RecordState::Saved(own) if own == record))
    };
    entry.mine && entry.to.iter().filter_map(|to| to.record.as_ref()).any(wrote)
}

impl App {
    /// How undoing a save stands, where it was offered.
    pub fn undo_of(&self, save: &SaveId) -> Option<&Undo> {
        self.saved.undos.iter().find(|(of, _)| of == save).map(|(_, undo)| undo)
    }

    /// What is left of a save: what it comes to, less what was taken back since.
    pub fn left_of(&self, save: &Save) -> Summary {
        match self.undo_of(&save.id) {
            Some(Undo::Done) => Summary::Nothing,
            _ if self.is_taken_in_part(save) => Summary::Partly,
            _ => save.summary(),
        }
    }

    /// Whether some of a save was taken back, and some is left.
    pub fn is_taken_in_part(&self, save: &Save) -> bool {
        self.saved.taken_in_part.contains(&save.id)
    }

    /// Whether a save is being undone, or was.
    pub(crate) fn is_undone(&self, save: &SaveId) -> bool {
        self.undo_of(save).is_some_and(|undo| undo.holds() || matches!(undo, Undo::Left(_) | Undo::Done))
    }

    fn set_undo(&mut self, save: &SaveId, undo: Undo) {
        if let Some((_, known)) = self.saved.undos.iter_mut().find(|(of, _)| of == save) {
            *known = undo;
        } else {
            self.saved.undos.push((save.clone(), undo));
        }
    }

    /// Offers to undo what has just been saved, and begins with what waited for that.
    pub(crate) fn offer_undo(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        let saves = &self.saves;
        self.saved.undos.retain(|(of, undo)| {
            let save = saves.iter().find(|save| save.id == *of);
            save.is_some_and(|save| save.phase == SavePhase::Finished || undo.holds())
        });
        let ended: Vec<SaveId> = self
            .saves
            .iter()
            .filter(|save| save.phase == SavePhase::Finished && save.summary() != Summary::Nothing)
            .map(|save| save.id.clone())
            .collect();
        for save in ended {
            match self.undo_of(&save) {
                None => {
                    let undo = Undo::Offered { until_ms: self.now_ms.saturating_add(UNDO_MS), left_s: UNDO_MS / 1_000 };
                    self.set_undo(&save, undo);
                    effects.push(Effect::Saved(SavedEffect::Tick(save)));
                }
                Some(Undo::Waiting) => effects.extend(self.begin_undo(&save)),
                Some(_) => {}
            }
        }
        effects
    }

    fn begin_undo(&mut self, id: &SaveId) -> Option<Effect> {
        let save = self.saves.iter().find(|save| save.id == *id)?;
        let facts = save.message.facts(save.message.references.clone());
        let utc_offset_minutes = save.message.utc_offset_minutes;
        self.set_undo(id, Undo::Running);
        let call = LookUpSaved { messages: vec![facts], ask_imis: false, utc_offset_minutes };
        Some(Effect::Saved(SavedEffect::Find(id.clone(), call)))
    }

    pub(crate) fn undo_event(&mut self, event: SavedEvent) -> Vec<Effect> {
        match event {
            SavedEvent::UndoAsked(id) => {
                let held = self.undo_of(&id).is_some_and(|undo| undo.holds() || *undo == Undo::Done);
                if !held && self.saves.iter().any(|save| save.id == id) {
                    // What is under way comes to its end first; then it begins.
                    self.set_undo(&id, Undo::Waiting);
                }
                vec![]
            }
            SavedEvent::Ticked(id) => match self.undo_of(&id) {
                Some(Undo::Offered { until_ms, .. }) => {
                    let until_ms = *until_ms;
                    let left_s = until_ms.saturating_sub(self.now_ms).saturating_add(999) / 1_000;
                    if left_s <= 0 {
                        self.set_undo(&id, Undo::Over);
                        return vec![];
                    }
                    self.set_undo(&id, Undo::Offered { until_ms, left_s });
                    vec![Effect::Saved(SavedEffect::Tick(id))]
                }
                _ => vec![],
            },
            SavedEvent::Found(id, answer) => self.found(&id, answer),
            SavedEvent::TakenBack(id, answer) => {
                let Some(save) = self.saves.iter().find(|save| save.id == id) else { return vec![] };
                let item = save.message.key.item_id.clone();
                match answer {
                    Ok(removed) => {
                        if removed.entry.state == LedgerState::PartlyRemoved {
                            self.saved.taken_in_part.insert(id.clone());
                        }
                        let undo = if removed.left.is_empty() { Undo::Done } else { Undo::Left(removed.left) };
                        self.set_undo(&id, undo);
                        self.was_removed(item, removed.entry);
                        vec![]
                    }
                    Err(trouble) => self.undo_failed(&id, trouble),
                }
            }
            _ => vec![],
        }
    }

    fn found(&mut self, id: &SaveId, answer: Result<api::SavedMessages, Trouble>) -> Vec<Effect> {
        let Some(save) = self.saves.iter().find(|save| save.id == *id) else { return vec![] };
        let entries = match answer {
            Ok(answer) => answer.messages.into_iter().next().unwrap_or_default().saves,
            Err(trouble) => return self.undo_failed(id, trouble),
        };
        match entries.into_iter().find(|entry| is_of(entry, save)).and_then(|entry| entry.id) {
            Some(entry) => {
                let call = RemoveSave { entry, reason: String::new() };
                vec![Effect::Saved(SavedEffect::TakeBack(id.clone(), call))]
            }
            None => self.undo_failed(id, Trouble::Server(Problem::new(ProblemCode::NotFound))),
        }
    }

    fn undo_failed(&mut self, id: &SaveId, trouble: Trouble) -> Vec<Effect> {
        self.set_undo(id, Undo::Failed(trouble.clone()));
        self.notice_end(Some(&trouble))
    }

    /// A save of this item was taken back, wholly or not; the category goes if nothing else is saved.
    fn was_removed(&mut self, item: String, entry: LedgerEntry) {
        if !is_live(&entry) {
            self.saved.unmark.push(item);
        }
        self.saved.learn(entry);
    }

    pub(crate) fn taking_event(&mut self, event: SavedEvent) -> Vec<Effect> {
        match event {
            SavedEvent::RemoveAsked(id) => {
                let running = self.saved.taking.as_ref().is_some_and(|taking| taking.stage == TakingStage::Running);
                let entry = self.saved.live().find(|entry| entry.id.as_ref() == Some(&id) && entry.may_remove);
                if let Some(mine) = entry.map(|entry| entry.mine).filter(|_| !running) {
                    let stage = TakingStage::Asked { lacks_reason: false };
                    self.saved.taking = Some(Taking { entry: id, mine, reason: String::new(), stage });
                }
                vec![]
            }
            SavedEvent::ReasonTyped(reason) => {
                if let Some(taking) = self.saved.taking.as_mut().filter(|taking| taking.is_asked()) {
                    taking.reason = reason;
                }
                vec![]
            }
            SavedEvent::RemoveConfirmed(reason) => self.take_back(&reason).into_iter().collect(),
            SavedEvent::RemoveCancelled => {
                self.saved.taking.take_if(|taking| taking.stage != TakingStage::Running);
                vec![]
            }
            SavedEvent::Removed(key, id, answer) => self.removed(&key, &id, answer),
            _ => vec![],
        }
    }

    fn take_back(&mut self, reason: &str) -> Option<Effect> {
        let key = self.open_key().cloned()?;
        let taking = self.saved.taking.as_mut().filter(|taking| taking.stage != TakingStage::Running)?;
        taking.reason = reason.trim().chars().take(RemoveSave::REASON_MAX).collect();
        if taking.reason.is_empty() && !taking.mine {
            taking.stage = TakingStage::Asked { lacks_reason: true };
            return None;
        }
        taking.stage = TakingStage::Running;
        let call = RemoveSave { entry: taking.entry.clone(), reason: taking.reason.clone() };
        Some(Effect::Saved(SavedEffect::Remove(key, call)))
    }

    fn removed(&mut self, key: &MessageKey, id: &LedgerId, answer: Result<SaveRemoved, Trouble>) -> Vec<Effect> {
        let trouble = answer.as_ref().err().cloned();
        let taking = self.saved.taking.as_mut().filter(|taking| taking.entry == *id);
        match (answer, taking) {
            (Ok(removed), taking) => {
                if let Some(taking) = taking {
                    taking.stage = TakingStage::Left(removed.left.clone());
                }
                if removed.left.is_empty() {
                    self.saved.taking.take_if(|taking| taking.entry == *id);
                    self.saved.changed |= self.saved.key.as_ref() == Some(key);
                }
                self.was_removed(key.item_id.clone(), removed.entry);
            }
            (Err(trouble), Some(taking)) => taking.stage = TakingStage::Failed(trouble),
            (Err(_), None) => {}
        }
        self.notice_end(trouble.as_ref())
    }
}
