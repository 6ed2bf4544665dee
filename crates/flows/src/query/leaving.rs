//! Leaving a query: what took some doing is not lost without a question.

use super::{Chosen, Running};
use crate::{App, Effect, Leaving, Sheet, SheetId};

impl Running {
    /// Whether leaving it would lose what took some doing: answers not run with yet, or rows chosen one by one.
    fn holds_work(&self) -> bool {
        let typed = self.typed.as_ref().is_some_and(|typed| *typed != self.answers);
        typed || (self.unused && matches!(&self.chosen, Chosen::Rows(rows) if !rows.is_empty()))
    }
}

impl App {
    /// Whether the topmost sheet, if it is a query, lets go; one that holds work asks first.
    pub(crate) fn query_may_leave(&mut self, leaving: Leaving) -> bool {
        let Some((id, Sheet::Query(running))) = self.sheets.top() else { return true };
        if !running.holds_work() {
            return true;
        }
        if let Some(running) = self.running(id) {
            running.leaving = Some(leaving);
        }
        false
    }

    pub(super) fn leave_query(&mut self, id: SheetId) -> Vec<Effect> {
        match self.running(id).and_then(|running| running.leaving.take()) {
            Some(Leaving::ToMessage) => self.close_sheets(),
            Some(Leaving::Back) => self.close_sheet(),
            None => vec![],
        }
    }
}
