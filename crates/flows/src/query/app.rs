//! The sheet that a query is run on: opening it, what happens on it, and what its rows are put to.

use super::{Answered, Chosen, Export, Face, QueryEffect, QueryEvent, Running};
use crate::compose::ComposeEvent;
use crate::queries::Shelf;
use crate::{App, Effect, Sheet, SheetId, Trouble};
use api::{CollectRecipients, Query, QueryPage, RunQuery};

impl App {
    pub(crate) fn open_query(&mut self, query: Query) -> Vec<Effect> {
        let mut running = Running::open(query);
        let describe = running.describe();
        let id = self.sheets.put(Sheet::Query(Box::new(running)));
        vec![Effect::Query(id, describe)]
    }

    pub(crate) fn resume_query(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(running) = self.running(id) else { return vec![] };
        let effect = match &running.form {
            Shelf::Known(_) if running.rows.asking.is_some() || running.rows.trouble.is_some() => {
                running.page(running.rows.wanted)
            }
            Shelf::Known(_) => None,
            Shelf::Loading | Shelf::Failed(_) => Some(running.describe()),
        };
        wrap(id, effect)
    }

    pub(super) fn running(&mut self, id: SheetId) -> Option<&mut Running> {
        match self.sheets.get_mut(id) {
            Some(Sheet::Query(running)) => Some(running),
            _ => None,
        }
    }

    pub(crate) fn query_event(&mut self, id: SheetId, event: QueryEvent) -> Vec<Effect> {
        let Some(running) = self.running(id) else { return vec![] };
        let effect = match event {
            QueryEvent::Described(asked, _) if asked != running.asked => None,
            QueryEvent::Described(_, Ok(form)) => return wrap(id, running.described(form)),
            QueryEvent::Described(_, Err(trouble)) => {
                running.form = Shelf::Failed(trouble.clone());
                return self.notice_end(Some(&trouble));
            }
            QueryEvent::Typed(mut answers) => {
                // A field left empty says the same as none.
                for answer in &mut answers {
                    answer.values.retain(|value| !value.is_empty());
                }
                running.typed = Some(answers);
                None
            }
            QueryEvent::RunAsked(answers) => return wrap(id, running.run_with(answers)),
            QueryEvent::PromptsAsked => {
                running.face = Face::Prompts;
                None
            }
            QueryEvent::RowsAsked => {
                running.show_rows();
                None
            }
            QueryEvent::PageAsked(row) => running.page(row),
            QueryEvent::Answered(asked, offset, answer) => return self.page_answered(id, asked, offset, answer),
            QueryEvent::AgainAsked => return self.resume_query(id),
            QueryEvent::StarPressed => {
                let query = Query { favourite: !running.query.favourite, ..running.query.clone() };
                self.star_everywhere(&query);
                Some(QueryEffect::Keep(query))
            }
            QueryEvent::Starred(query, Err(trouble)) => {
                self.star_everywhere(&Query { favourite: !query.favourite, ..query });
                return self.notice_end(Some(&trouble));
            }
            QueryEvent::Starred(_, Ok(())) => None,
            QueryEvent::RowTicked(_) | QueryEvent::PageTicked | QueryEvent::AllTicked | QueryEvent::NoneTicked => {
                running.tick(&event);
                None
            }
            QueryEvent::TargetChosen(target) => {
                running.target = Some(target);
                None
            }
            QueryEvent::FillAsked => return self.fill_from_query(id),
            QueryEvent::InsertAsked(insertion) => {
                running.unused = false;
                return self.compose_event(ComposeEvent::InsertAsked(insertion));
            }
            QueryEvent::LeaveConfirmed => return self.leave_query(id),
            QueryEvent::LeaveCancelled => {
                running.leaving = None;
                None
            }
            QueryEvent::ExportAsked => running.export(),
            QueryEvent::ExportMoved(number, rows) => {
                if number == running.exporting && matches!(running.export, Export::Running(_)) {
                    running.export = Export::Running(rows);
                }
                None
            }
            QueryEvent::Exported(number, answer) => {
                let trouble = answer.as_ref().err().cloned();
                let mut effects = wrap(id, running.exported(number, answer));
                effects.extend(self.notice_end(trouble.as_ref()));
                return effects;
            }
            QueryEvent::ExportCancelled => running.cancel_export(),
        };
        wrap(id, effect)
    }

    /// Rows of the query in front were to be taken, and it is not the same any more.
    pub(crate) fn rows_changed(&mut self) -> Vec<Effect> {
        let Some((id, Sheet::Query(_))) = self.sheets.top() else { return vec![] };
        let effects = self.running(id).map(Running::start_over);
        wrap(id, effects.unwrap_or_default())
    }

    fn page_answered(
        &mut self,
        id: SheetId,
        asked: u32,
        offset: u32,
        answer: Result<QueryPage, Trouble>,
    ) -> Vec<Effect> {
        let trouble = answer.as_ref().err().cloned();
        let Some(running) = self.running(id) else { return vec![] };
        match running.answered(asked, offset, answer) {
            Answered::Late => return vec![],
            Answered::Changed => return wrap(id, running.start_over()),
            Answered::First => {
                let query = running.query.clone();
                self.note_run(&query);
            }
            Answered::Further => {}
        }
        self.notice_end(trouble.as_ref())
    }

    fn fill_from_query(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(running) = self.running(id) else { return vec![] };
        running.unused = false;
        let target = running.target();
        let Some(form) = running.known() else { return vec![] };
        let whole = RunQuery {
            query: running.query.id.clone(),
            version: form.version.clone(),
            values: running.answers.clone(),
            offset: 0,
            limit: RunQuery::PAGE_MAX,
        };
        let Some((_, page)) = running.rows.page.clone() else { return vec![] };
        match running.chosen.clone() {
            Chosen::All => {
                self.fill_with(target, CollectRecipients { query: Some(whole), ..CollectRecipients::default() })
            }
            Chosen::Rows(rows) => self.fill_with_rows(target, &page, rows.into_values()),
        }
    }
}

fn wrap(id: SheetId, effects: impl IntoIterator<Item = QueryEffect>) -> Vec<Effect> {
    effects.into_iter().map(|effect| Effect::Query(id, effect)).collect()
}
