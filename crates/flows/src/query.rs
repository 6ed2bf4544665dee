//! One query: its prompts, its rows, its export.
//!
//! Of the rows one page is held, whatever their number; another takes its place. Everything asked has a number, so
//! that what comes late is dropped. The query is named by the server's key alone, and sent back with the version it
//! had when its prompts were shown.

mod answers;
mod app;
mod leaving;

pub use answers::AnswerFault;

use crate::compose::{Insertion, Target};
use crate::queries::Shelf;
use crate::{Leaving, Trouble};
use api::{
    CollectRecipients, Contact, ContactKind, DescribeQuery, EmailAddress, ExportQuery, ProblemCode, PromptValue, Query,
    QueryForm, QueryPage, QueryRow, RunQuery,
};
use std::collections::BTreeMap;

/// What of a query is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// What it asks.
    Prompts,
    /// Its rows.
    Rows,
}

/// The rows, a page at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The page that is shown, and the number of its first row, from 0.
    pub page: Option<(u32, QueryPage)>,
    /// How many rows there are in all, once iMIS said so.
    pub total: Option<u64>,
    /// The page being asked for, by its first row.
    pub asking: Option<u32>,
    /// Why the page that was asked for last is not there.
    pub trouble: Option<Trouble>,
    /// Which page it is, as a number that no other page has.
    pub arrived: u32,
    wanted: u32,
}

/// Which rows are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// These, by their numbers from 0.
    Rows(BTreeMap<u32, QueryRow>),
    /// Every row of the query.
    All,
}

/// How taking the rows down as a file stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Export {
    /// Not begun.
    No,
    /// So many rows are here.
    Running(u64),
    /// All of them, and the browser has the file.
    Done(u64),
    /// It broke off; nothing was kept.
    Failed(Trouble),
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which query.
    pub query: Query,
    /// What it asks and answers.
    pub form: Shelf<QueryForm>,
    /// What of it is shown.
    pub face: Face,
    /// The answers it was run with last, else those remembered; one for each prompt.
    pub answers: Vec<PromptValue>,
    /// What is wrong with answers, by the prompt's name.
    pub faults: Vec<(String, AnswerFault)>,
    /// Whether the query was changed in iMIS since its prompts were first shown here.
    pub changed: bool,
    /// Its rows.
    pub rows: Rows,
    /// Taking them down.
    pub export: Export,
    /// Those to put into a message.
    pub chosen: Chosen,
    /// Where to put them, once the person said so.
    pub target: Option<Target>,
    /// Where the person was about to go, while the sheet asks whether that is meant.
    pub leaving: Option<Leaving>,
    /// What stands in the fields, where that is not what it was run with last.
    typed: Option<Vec<PromptValue>>,
    /// Whether rows were chosen that nothing was done with yet.
    unused: bool,
    asked: u32,
    exporting: u32,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryEvent {
    /// The query was described.
    Described(u32, Result<QueryForm, Trouble>),
    /// This stands in its fields now.
    Typed(Vec<PromptValue>),
    /// Run it with these answers.
    RunAsked(Vec<PromptValue>),
    /// Show the prompts again.
    PromptsAsked,
    /// Show the rows again.
    RowsAsked,
    /// Show the page with this row, from 0.
    PageAsked(u32),
    /// A page was asked for, by its first row.
    Answered(u32, u32, Result<QueryPage, Trouble>),
    /// Ask again for what failed.
    AgainAsked,
    /// Make it a favourite, or no longer.
    StarPressed,
    /// That was asked of the server; on failure it is as before.
    Starred(Query, Result<(), Trouble>),
    /// Choose this row, or no longer.
    RowTicked(u32),
    /// Choose every row of the page that can be.
    PageTicked,
    /// Choose every row of the query.
    AllTicked,
    /// Choose no row.
    NoneTicked,
    /// Put people there.
    TargetChosen(Target),
    /// Put the chosen people into the message.
    FillAsked,
    /// Put the chosen rows into its text.
    InsertAsked(Insertion),
    /// Leave it all the same.
    LeaveConfirmed,
    /// Stay.
    LeaveCancelled,
    /// Take all rows down as a file.
    ExportAsked,
    /// So many rows are here.
    ExportMoved(u32, u64),
    /// The file is complete with so many rows, or broke off.
    Exported(u32, Result<u64, Trouble>),
    /// Stop taking them down.
    ExportCancelled,
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryEffect {
    /// Ask what it asks → [`QueryEvent::Described`].
    Describe(u32, DescribeQuery),
    /// Ask for a page → [`QueryEvent::Answered`].
    Run(u32, RunQuery),
    /// Make it a favourite, or no longer, as the query says → [`QueryEvent::Starred`].
    Keep(Query),
    /// Take all rows down under this name → [`QueryEvent::ExportMoved`], [`QueryEvent::Exported`].
    Export(u32, ExportQuery, String),
    /// Stop that.
    CancelExport(u32),
}

impl Rows {
    /// The row after the last of the page, from 0.
    pub fn end(&self) -> u32 {
        self.page.as_ref().map_or(0, |(offset, page)| offset.saturating_add(count(page.rows.len())))
    }

    /// Where the page before this one begins, if there is one; past the end that is the first, where there are rows.
    pub fn before(&self) -> Option<u32> {
        let (offset, _) = self.page.as_ref()?;
        (*offset > 0).then(|| if self.is_past_end() { 0 } else { offset.saturating_sub(Running::PAGE) })
    }

    /// Whether a page was gone to that the query does not have, which only a query without a total lets happen.
    pub fn is_past_end(&self) -> bool {
        self.page.as_ref().is_some_and(|(offset, page)| *offset > 0 && page.rows.is_empty())
    }

    /// Where the page after this one begins, if there is one.
    pub fn after(&self) -> Option<u32> {
        self.page.as_ref()?.1.next
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Running {
    /// Rows in a page.
    pub const PAGE: u32 = 100;

    fn open(query: Query) -> Self {
        Self {
            query,
            form: Shelf::Loading,
            face: Face::Prompts,
            answers: vec![],
            faults: vec![],
            changed: false,
            rows: Rows::default(),
            export: Export::No,
            chosen: Chosen::Rows(BTreeMap::new()),
            target: None,
            leaving: None,
            typed: None,
            unused: false,
            asked: 0,
            exporting: 0,
        }
    }

    /// What it asks and answers, once that is known.
    pub fn known(&self) -> Option<&QueryForm> {
        match &self.form {
            Shelf::Known(form) => Some(form),
            Shelf::Loading | Shelf::Failed(_) => None,
        }
    }

    /// How many rows are chosen, if that can be told.
    pub fn chosen_count(&self) -> Option<u64> {
        match &self.chosen {
            Chosen::Rows(rows) => Some(rows.len() as u64),
            Chosen::All => self.rows.total,
        }
    }

    /// Where people are put: more than a handful should not all see each other's addresses.
    pub fn target(&self) -> Target {
        const HANDFUL: u64 = 5;
        self.target.unwrap_or_else(|| {
            if self.chosen_count().is_some_and(|count| count <= HANDFUL) { Target::To } else { Target::Bcc }
        })
    }

    fn next(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    fn describe(&mut self) -> QueryEffect {
        self.form = Shelf::Loading;
        QueryEffect::Describe(self.next(), DescribeQuery { query: self.query.id.clone() })
    }

    fn described(&mut self, form: QueryForm) -> Vec<QueryEffect> {
        let last = std::mem::take(&mut self.answers);
        let former = self.typed.take().unwrap_or(last);
        let answer = |prompt: &api::Prompt| {
            let kept = former.iter().find(|answer| answer.name == prompt.name);
            let values = kept.map_or_else(|| prompt.values.clone(), |answer| answer.values.clone());
            PromptValue { name: prompt.name.clone(), values }
        };
        self.answers = form.prompts.iter().map(answer).collect();
        let runs = form.prompts.is_empty() && form.problem.is_none() && !self.changed;
        self.query.description.clone_from(&form.query.description);
        self.query.favourite = form.query.favourite;
        self.form = Shelf::Known(form);
        if runs { self.run() } else { vec![] }
    }

    fn run(&mut self) -> Vec<QueryEffect> {
        self.face = Face::Rows;
        self.changed = false;
        let stopped = self.clear();
        stopped.into_iter().chain(self.page(0)).collect()
    }

    /// Nothing is left of the run before, nor of its export.
    fn clear(&mut self) -> Option<QueryEffect> {
        self.rows = Rows::default();
        self.chosen = Chosen::Rows(BTreeMap::new());
        self.unused = false;
        self.target = None;
        let stopped = self.cancel_export();
        self.export = Export::No;
        stopped
    }

    fn run_with(&mut self, answers: Vec<PromptValue>) -> Vec<QueryEffect> {
        let Some(form) = self.known().filter(|form| form.problem.is_none()) else { return vec![] };
        let (answers, faults) = answers::check(&form.prompts, answers);
        self.faults = faults;
        if !self.faults.is_empty() {
            self.typed = Some(answers);
            return vec![];
        }
        self.answers = answers;
        self.typed = None;
        self.run()
    }

    fn page(&mut self, row: u32) -> Option<QueryEffect> {
        let version = self.known()?.version.clone();
        let last = self.rows.total.map_or(u32::MAX, |total| u32::try_from(total.saturating_sub(1)).unwrap_or(u32::MAX));
        let offset = row.min(last) / Self::PAGE * Self::PAGE;
        self.rows.asking = Some(offset);
        self.rows.wanted = offset;
        self.rows.trouble = None;
        let call =
            RunQuery { query: self.query.id.clone(), version, values: self.answers.clone(), offset, limit: Self::PAGE };
        Some(QueryEffect::Run(self.next(), call))
    }

    fn answered(&mut self, asked: u32, offset: u32, answer: Result<QueryPage, Trouble>) -> Answered {
        if asked != self.asked {
            return Answered::Late;
        }
        self.rows.asking = None;
        match answer {
            Ok(page) => {
                self.rows.total = page.total.or(self.rows.total);
                self.rows.page = Some((offset, page));
                self.rows.arrived = asked;
                if offset == 0 { Answered::First } else { Answered::Further }
            }
            Err(trouble) if trouble.is_code(ProblemCode::Conflict) => Answered::Changed,
            Err(trouble) => {
                self.rows.trouble = Some(trouble);
                Answered::Further
            }
        }
    }

    /// The query is not the one whose prompts were shown: they are shown anew, with the answers that still fit.
    fn start_over(&mut self) -> Vec<QueryEffect> {
        self.changed = true;
        self.face = Face::Prompts;
        self.faults.clear();
        let stopped = self.clear();
        stopped.into_iter().chain([self.describe()]).collect()
    }

    /// Back to the rows, with what was typed meanwhile forgotten.
    fn show_rows(&mut self) {
        if self.rows.arrived > 0 {
            self.face = Face::Rows;
            self.typed = None;
            self.faults.clear();
        }
    }

    /// What stands in its fields.
    pub fn shown_answers(&self) -> &[PromptValue] {
        self.typed.as_ref().unwrap_or(&self.answers)
    }

    fn tick(&mut self, event: &QueryEvent) {
        self.unused = true;
        let Some((offset, page)) = &self.rows.page else { return };
        let choosable = (*offset..).zip(&page.rows);
        match (event, &mut self.chosen) {
            (QueryEvent::NoneTicked, chosen) => *chosen = Chosen::Rows(BTreeMap::new()),
            (QueryEvent::AllTicked, chosen) if page.email_column.is_some() => *chosen = Chosen::All,
            (QueryEvent::RowTicked(at), Chosen::Rows(rows)) => {
                if rows.remove(at).is_none()
                    && rows.len() < CollectRecipients::MAX
                    && let Some((_, row)) = choosable.into_iter().find(|(number, _)| number == at)
                {
                    rows.insert(*at, row.clone());
                }
            }
            (QueryEvent::PageTicked, Chosen::Rows(rows)) => {
                for (at, row) in choosable {
                    if rows.len() < CollectRecipients::MAX {
                        rows.insert(at, row.clone());
                    }
                }
            }
            _ => {}
        }
    }

    fn export(&mut self) -> Option<QueryEffect> {
        if matches!(self.export, Export::Running(_)) {
            return None;
        }
        let version = self.known()?.version.clone();
        self.exporting += 1;
        self.export = Export::Running(0);
        let call = ExportQuery { query: self.query.id.clone(), version, values: self.answers.clone() };
        let file = api::AttachmentName::new(&[&self.query.name, ".csv"].concat());
        Some(QueryEffect::Export(self.exporting, call, file.as_str().to_owned()))
    }

    fn exported(&mut self, number: u32, answer: Result<u64, Trouble>) -> Vec<QueryEffect> {
        if number != self.exporting || !matches!(self.export, Export::Running(_)) {
            return vec![];
        }
        match answer {
            Ok(rows) => self.export = Export::Done(rows),
            Err(trouble) if trouble.is_code(ProblemCode::Conflict) => {
                self.export = Export::No;
                return self.start_over();
            }
            Err(trouble) => self.export = Export::Failed(trouble),
        }
        vec![]
    }

    fn cancel_export(&mut self) -> Option<QueryEffect> {
        if !matches!(self.export, Export::Running(_)) {
            return None;
        }
        self.export = Export::No;
        Some(QueryEffect::CancelExport(self.exporting))
    }

    /// What stops with the sheet.
    pub(crate) fn leave(&mut self) -> Option<QueryEffect> {
        self.cancel_export()
    }
}

/// The e-mail of a row, if it has one.
pub(crate) fn email(at: usize, row: &QueryRow) -> Option<&str> {
    row.values.get(at)?.as_deref().map(str::trim).filter(|text| text.contains('@'))
}

/// The name of whom a row is about, as its columns make it up; empty where there are none.
pub fn row_name(page: &QueryPage, row: &QueryRow) -> String {
    let parts = page.name_columns.iter().filter_map(|at| row.values.get(*at)?.as_deref());
    parts.collect::<Vec<_>>().join(" ")
}

/// The contact that a row is about, as far as the row tells; its card tells the rest.
pub fn row_contact(page: &QueryPage, row: &QueryRow) -> Option<Contact> {
    let address = page.email_column.and_then(|at| email(at, row)).and_then(|text| EmailAddress::parse(text).ok());
    let contact = Contact::of_name(row.contact.clone()?, ContactKind::Person, row_name(page, row));
    Some(Contact { email: address, ..contact })
}

/// What an answered page means to others.
enum Answered {
    /// Nothing: another was asked for meanwhile.
    Late,
    /// The query ran.
    First,
    /// Another page of it, or trouble.
    Further,
    /// It is another query now.
    Changed,
}
