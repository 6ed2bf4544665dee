//! Finding a query: folders, names, favourites, recent ones.
//!
//! Everything asked has a number; what answers an earlier number is dropped, so that a slow folder never takes the
//! place of the one opened after it. Keys of folders and queries are the server's: none is made here.

use crate::{App, Effect, Sheet, SheetId, Trouble};
use api::{FolderId, KeepQuery, KeptQueries, ListQueries, Query, QueryFolder, QueryId, QueryList};

/// What is known of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shelf<T> {
    /// Being asked.
    Loading,
    /// This.
    Known(T),
    /// Could not be asked.
    Failed(Trouble),
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// The way to the folder that is shown or asked for, itself last; empty at the top.
    pub way: Vec<QueryFolder>,
    /// What is typed into the search.
    pub text: String,
    /// The folder's content, or what was found by name.
    pub list: Shelf<QueryList>,
    /// Favourites and recent queries; kept for as long as the sheet is there.
    pub kept: Shelf<KeptQueries>,
    asked: u32,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueriesEvent {
    /// The search's text is this now.
    Typed(String),
    /// The wait after typing is over.
    Waited(u32),
    /// Show this folder; `None` for the top.
    FolderOpened(Option<FolderId>),
    /// A list was asked for.
    Listed(u32, Result<QueryList, Trouble>),
    /// The queries at hand were asked for.
    KeptAnswered(Result<KeptQueries, Trouble>),
    /// Make this a favourite, or no longer.
    StarPressed(Query),
    /// That was asked of the server; on failure it is as before.
    Starred(Query, Result<(), Trouble>),
    /// Ask again for what failed.
    AgainAsked,
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueriesEffect {
    /// Ask for a list → [`QueriesEvent::Listed`].
    List(u32, ListQueries),
    /// Ask for the queries at hand → [`QueriesEvent::KeptAnswered`].
    FetchKept,
    /// Make it a favourite, or no longer, as the query says → [`QueriesEvent::Starred`].
    Keep(Query),
    /// Let the person type on → [`QueriesEvent::Waited`].
    Wait(u32),
}

impl QueriesEffect {
    /// What the server is asked to keep.
    pub fn keep(query: &Query) -> KeepQuery {
        KeepQuery { query: query.id.clone(), favourite: query.favourite }
    }
}

/// Whether both are the same query: the same may come under several keys.
pub(crate) fn is_same(one: &Query, other: &Query) -> bool {
    one.id == other.id || (one.name == other.name && one.folder == other.folder)
}

impl Folders {
    /// Fewest letters that are looked for.
    pub const TEXT_MIN: usize = 2;

    fn open() -> Self {
        Self { way: vec![], text: String::new(), list: Shelf::Loading, kept: Shelf::Loading, asked: 0 }
    }

    /// Whether names are being looked for, rather than a folder shown.
    pub fn is_search(&self) -> bool {
        self.text.trim().chars().count() >= Self::TEXT_MIN
    }

    fn next(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    /// Asks for what is to be shown: names are looked for everywhere, wherever one stands.
    fn ask(&mut self) -> QueriesEffect {
        self.list = Shelf::Loading;
        let call = if self.is_search() {
            ListQueries { folder: None, text: self.text.trim().to_owned() }
        } else {
            ListQueries { folder: self.way.last().map(|folder| folder.id.clone()), text: String::new() }
        };
        QueriesEffect::List(self.next(), call)
    }

    fn typed(&mut self, text: String) -> Option<QueriesEffect> {
        let searched = self.is_search();
        let before = self.text.trim().to_owned();
        self.text = text;
        match (searched, self.is_search()) {
            (_, true) if before != self.text.trim() => Some(QueriesEffect::Wait(self.next())),
            (true, false) => Some(self.ask()),
            _ => None,
        }
    }

    fn open_folder(&mut self, folder: Option<FolderId>) -> QueriesEffect {
        self.text.clear();
        let known = match &self.list {
            Shelf::Known(list) => list.folders.iter().find(|known| Some(&known.id) == folder.as_ref()).cloned(),
            Shelf::Loading | Shelf::Failed(_) => None,
        };
        match (folder, known) {
            (None, _) => self.way.clear(),
            (Some(id), _) if self.way.iter().any(|step| step.id == id) => {
                let depth = self.way.iter().position(|step| step.id == id).map_or(0, |at| at + 1);
                self.way.truncate(depth);
            }
            (Some(_), Some(known)) => self.way.push(known),
            (Some(_), None) => {}
        }
        self.ask()
    }

    fn listed(&mut self, asked: u32, answer: Result<QueryList, Trouble>) {
        if asked != self.asked {
            return;
        }
        self.list = match answer {
            Ok(list) => {
                if !self.is_search() {
                    self.way.clone_from(&list.way);
                }
                Shelf::Known(list)
            }
            Err(trouble) => Shelf::Failed(trouble),
        };
    }

    pub(crate) fn star(&mut self, query: &Query) {
        if let Shelf::Known(list) = &mut self.list {
            list.queries
                .iter_mut()
                .filter(|known| is_same(known, query))
                .for_each(|known| known.favourite = query.favourite);
        }
        if let Shelf::Known(kept) = &mut self.kept {
            kept.recent
                .iter_mut()
                .filter(|known| is_same(known, query))
                .for_each(|known| known.favourite = query.favourite);
            kept.favourites.retain(|known| !is_same(known, query));
            if query.favourite {
                let at =
                    kept.favourites.partition_point(|known| known.name.to_lowercase() <= query.name.to_lowercase());
                kept.favourites.insert(at, query.clone());
            }
        }
    }

    pub(crate) fn ran(&mut self, query: &Query) {
        if let Shelf::Known(kept) = &mut self.kept {
            kept.recent.retain(|known| !is_same(known, query));
            kept.recent.insert(0, query.clone());
            kept.recent.truncate(KeptQueries::RECENT_MAX);
        }
    }

    /// The query with this key, wherever it is listed.
    pub fn query(&self, id: &QueryId) -> Option<&Query> {
        let listed = match &self.list {
            Shelf::Known(list) => &list.queries[..],
            Shelf::Loading | Shelf::Failed(_) => &[],
        };
        let (favourites, recent) = match &self.kept {
            Shelf::Known(kept) => (&kept.favourites[..], &kept.recent[..]),
            Shelf::Loading | Shelf::Failed(_) => (&[][..], &[][..]),
        };
        listed.iter().chain(favourites).chain(recent).find(|query| query.id == *id)
    }
}

impl App {
    pub(crate) fn open_queries(&mut self) -> Vec<Effect> {
        let mut folders = Folders::open();
        let ask = folders.ask();
        let id = self.sheets.put(Sheet::Queries(folders));
        vec![Effect::Queries(id, QueriesEffect::FetchKept), Effect::Queries(id, ask)]
    }

    pub(crate) fn resume_queries(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(Sheet::Queries(folders)) = self.sheets.get_mut(id) else { return vec![] };
        let mut effects = vec![];
        if !matches!(folders.kept, Shelf::Known(_)) {
            folders.kept = Shelf::Loading;
            effects.push(Effect::Queries(id, QueriesEffect::FetchKept));
        }
        if !matches!(folders.list, Shelf::Known(_)) {
            effects.push(Effect::Queries(id, folders.ask()));
        }
        effects
    }

    pub(crate) fn queries_event(&mut self, id: SheetId, event: QueriesEvent) -> Vec<Effect> {
        let Some(Sheet::Queries(folders)) = self.sheets.get_mut(id) else { return vec![] };
        let effect = match event {
            QueriesEvent::Typed(text) => folders.typed(text),
            QueriesEvent::Waited(asked) => (asked == folders.asked && folders.is_search()).then(|| folders.ask()),
            QueriesEvent::FolderOpened(folder) => Some(folders.open_folder(folder)),
            QueriesEvent::Listed(asked, answer) => {
                let trouble = answer.as_ref().err().cloned();
                folders.listed(asked, answer);
                return self.notice_end(trouble.as_ref());
            }
            QueriesEvent::KeptAnswered(answer) => {
                let trouble = answer.as_ref().err().cloned();
                folders.kept = answer.map_or_else(Shelf::Failed, Shelf::Known);
                return self.notice_end(trouble.as_ref());
            }
            QueriesEvent::StarPressed(query) => {
                let query = Query { favourite: !query.favourite, ..query };
                self.star_everywhere(&query);
                return vec![Effect::Queries(id, QueriesEffect::Keep(query))];
            }
            QueriesEvent::Starred(query, Err(trouble)) => {
                self.star_everywhere(&Query { favourite: !query.favourite, ..query });
                return self.notice_end(Some(&trouble));
            }
            QueriesEvent::Starred(_, Ok(())) => None,
            QueriesEvent::AgainAsked => return self.resume_queries(id),
        };
        effect.map(|effect| Effect::Queries(id, effect)).into_iter().collect()
    }

    /// Shows a star, or none, wherever the query stands.
    pub(crate) fn star_everywhere(&mut self, query: &Query) {
        for id in self.sheets.ids() {
            match self.sheets.get_mut(id) {
                Some(Sheet::Queries(folders)) => folders.star(query),
                Some(Sheet::Query(running)) if is_same(&running.query, query) => {
                    running.query.favourite = query.favourite;
                }
                _ => {}
            }
        }
    }

    pub(crate) fn note_run(&mut self, query: &Query) {
        for id in self.sheets.ids() {
            if let Some(Sheet::Queries(folders)) = self.sheets.get_mut(id) {
                folders.ran(query);
            }
        }
    }
}
