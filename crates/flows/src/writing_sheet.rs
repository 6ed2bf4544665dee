//! The sheet that a record is written or changed on: opening it, what happens on it, and leaving it.

use crate::{App, Changing, Effect, HereAndNow, Leaving, Sheet, SheetId, WriteEffect, WriteEvent, WritePhase, Writing};
use api::Contact;

impl App {
    pub(crate) fn open_writing(&mut self, contacts: Vec<Contact>, now: HereAndNow) -> Vec<Effect> {
        self.timelines.forms.reached(now);
        self.put_writing(Writing::new(contacts, None))
    }

    /// Changes what the topmost sheet shows, where iMIS lets it be changed.
    pub(crate) fn open_change(&mut self) -> Vec<Effect> {
        let Some((_, Sheet::Record(open))) = self.sheets.top() else { return vec![] };
        let Some(full) = open.full().filter(|full| full.may_change).cloned() else { return vec![] };
        let changing = Changing { contact: open.contact.clone(), full };
        self.put_writing(Writing::new(vec![], Some(Box::new(changing))))
    }

    fn put_writing(&mut self, mut writing: Writing) -> Vec<Effect> {
        writing.begin(&self.timelines.forms);
        self.sheets.put(Sheet::Write(Box::new(writing)));
        self.timelines.forms.want()
    }

    /// The forms are there: whatever waits for them begins.
    pub(crate) fn forms_came(&mut self) {
        for id in self.sheets.ids() {
            if let Some(Sheet::Write(writing)) = self.sheets.get_mut(id) {
                writing.begin(&self.timelines.forms);
            }
        }
    }

    pub(crate) fn resume_writing(&mut self, id: SheetId) -> Vec<Effect> {
        let mut effects = self.timelines.forms.want();
        if let Some(Sheet::Write(writing)) = self.sheets.get_mut(id)
            && writing.phase == WritePhase::Sending
        {
            effects.extend(writing.again().map(|effect| Effect::Write(id, effect)));
        }
        effects
    }

    pub(crate) fn write_event(&mut self, id: SheetId, event: WriteEvent) -> Vec<Effect> {
        let forms = &mut self.timelines.forms;
        let Some(Sheet::Write(writing)) = self.sheets.get_mut(id) else { return self.late_writing(&event) };
        let filling = writing.phase == WritePhase::Filling;
        let effect = match event {
            WriteEvent::FormChosen(kind, type_id, now) if filling && writing.changing.is_none() => {
                forms.reached(now);
                writing.chosen = Some((kind, type_id));
                writing.wrong.clear();
                writing.trouble = None;
                writing.begin(forms);
                None
            }
            WriteEvent::ActionChosen(action) if filling => {
                writing.action = action;
                None
            }
            WriteEvent::FieldTyped(name, text) if filling => {
                writing.typed(name, text);
                None
            }
            WriteEvent::SearchTyped(text) => writing.search.typed(text).map(WriteEffect::Wait),
            WriteEvent::SearchWaited(number) => {
                writing.search.waited(number).map(|call| WriteEffect::Search(number, call))
            }
            WriteEvent::SearchAnswered(number, answer) => {
                let trouble = answer.as_ref().err().cloned();
                writing.search.answered(number, answer);
                return self.notice_end(trouble.as_ref());
            }
            WriteEvent::ContactAdded(contact) if filling => {
                writing.search.clear();
                if !writing.contacts.iter().any(|known| known.id == contact.id) {
                    writing.contacts.push(contact);
                    writing.regrouped = true;
                }
                None
            }
            WriteEvent::ContactRemoved(contact) if filling => {
                writing.contacts.retain(|known| known.id != contact);
                None
            }
            WriteEvent::SendAsked(save, now) if filling => {
                forms.reached(now);
                let effect = writing.send(save, forms);
                if effect.is_none() && writing.changing.is_some() && writing.wrong.is_empty() {
                    // Nothing is other than it was.
                    self.sheets.remove(id);
                }
                effect
            }
            WriteEvent::RetryAsked if matches!(writing.phase, WritePhase::Unsure(_) | WritePhase::Partly) => {
                writing.again()
            }
            WriteEvent::PutRightAsked => {
                writing.put_right();
                None
            }
            WriteEvent::Written(answer) => return self.written(id, answer),
            WriteEvent::Changed(answer) => return self.changed(id, answer),
            WriteEvent::LeaveCancelled => {
                writing.leaving = None;
                None
            }
            WriteEvent::LeaveConfirmed => return self.leave_sheet(id),
            WriteEvent::CurrentAsked => return self.show_current(id),
            _ => None,
        };
        effect.map(|effect| Effect::Write(id, effect)).into_iter().collect()
    }

    /// Whether the topmost sheet lets go; one that holds work asks first.
    pub(crate) fn may_leave(&mut self, leaving: Leaving) -> bool {
        let Some((id, Sheet::Write(writing))) = self.sheets.top() else { return self.adding_may_leave(leaving) };
        if !writing.holds_work() {
            return true;
        }
        if let Some(Sheet::Write(writing)) = self.sheets.get_mut(id) {
            writing.leaving = Some(leaving);
        }
        false
    }

    pub(crate) fn leave_sheet(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(Sheet::Write(writing)) = self.sheets.get(id) else { return vec![] };
        match writing.leaving {
            Some(Leaving::ToMessage) => return self.close_sheets(),
            Some(Leaving::Back) => self.sheets.remove(id),
            None => {}
        }
        vec![]
    }
}
