//! Queries at hand: favourites, those run last, and what was answered to their prompts.

use super::place::QueryPlace;
use crate::app::App;
use crate::failure::Failure;
use crate::keepsakes::{Keepsakes, Kind};
use crate::session::Session;
use api::{KeptQueries, ProblemCode, PromptValue, Query};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, future, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Queries looked up at once.
const WAVE: usize = 16;

/// What was answered to a query.
#[derive(Serialize, Deserialize)]
struct Answers {
    path: String,
    values: Vec<PromptValue>,
}

/// The paths of a person's favourites.
pub(crate) async fn favourite_paths(app: &App, session: &Session) -> Result<HashSet<String>, Failure> {
    let places: Vec<QueryPlace> = Keepsakes::of(app, session, Kind::FavouriteQuery).all().await?;
    Ok(places.into_iter().map(|place| place.path).collect())
}

/// What the person answered last time.
pub(super) async fn answers(app: &App, session: &Session, path: &str) -> Result<Vec<PromptValue>, Failure> {
    let answers: Option<Answers> = Keepsakes::of(app, session, Kind::QueryAnswers).get(path).await?;
    Ok(answers.filter(|answers| answers.path == path).map(|answers| answers.values).unwrap_or_default())
}

/// Favourites and recent queries, as far as iMIS still shows them to this person.
pub(crate) async fn kept(app: &App, session: &Session) -> Result<KeptQueries, Failure> {
    let (favourites, recents) =
        (Keepsakes::of(app, session, Kind::FavouriteQuery), Keepsakes::of(app, session, Kind::RecentQuery));
    let (favourites, recent) = future::try_join(favourites.all(), recents.all()).await?;
    let (favourites, recent): (Vec<QueryPlace>, Vec<QueryPlace>) = (favourites, recent);
    let all: HashSet<&str> = favourites.iter().chain(&recent).map(|place| place.path.as_str()).collect();
    let seen = visible(app, session, all).await?;
    let marked: HashSet<&str> = favourites.iter().map(|place| place.path.as_str()).collect();
    let shown = |places: &[QueryPlace]| -> Vec<Query> {
        let seen = places.iter().filter_map(|place| seen.iter().find(|found| found.path == place.path));
        seen.map(|place| place.shown(app, session, marked.contains(place.path.as_str()))).collect()
    };
    let mut kept = KeptQueries { favourites: shown(&favourites), recent: shown(&recent) };
    kept.recent.truncate(KeptQueries::RECENT_MAX);
    kept.favourites.sort_by_cached_key(|query| (query.name.to_lowercase(), query.folder.clone()));
    Ok(kept)
}

/// Those of the paths that lead to what the person may see.
async fn visible(app: &App, session: &Session, paths: HashSet<&str>) -> Result<Vec<QueryPlace>, Failure> {
    let acting = session.acting(app)?;
    let calls: Vec<BoxFuture<'_, _>> = paths.into_iter().map(|path| acting.query_document(path).boxed()).collect();
    let found: Vec<_> = session.while_alive(stream::iter(calls).buffered(WAVE).collect()).await?;
    let mut seen = Vec::new();
    for outcome in found {
        match outcome {
            Ok(document) => seen.extend(document.map(QueryPlace::of)),
            Err(error) if matches!(error.kind, imis::ErrorKind::Forbidden { .. } | imis::ErrorKind::NotFound) => {}
            Err(error) => return Err(super::failure(app, session, &error).await),
        }
    }
    Ok(seen)
}

/// Makes a query a favourite, if the person may see it, or no longer.
pub(crate) async fn keep(app: &App, session: &Session, place: &QueryPlace, favourite: bool) -> Result<(), Failure> {
    let favourites = Keepsakes::of(app, session, Kind::FavouriteQuery);
    if !favourite {
        return favourites.let_go(&place.path).await;
    }
    if visible(app, session, HashSet::from([place.path.as_str()])).await?.is_empty() {
        return Err(Failure::new(ProblemCode::NotFound));
    }
    favourites.keep(&place.path, place).await
}

/// Notes that a query was run, and with which answers. It has run: what the store cannot keep is a pity, no failure.
pub(crate) async fn remember(app: &App, session: &Session, place: &QueryPlace, values: &[PromptValue]) {
    let answers = Answers { path: place.path.clone(), values: values.to_vec() };
    let (recents, kept_answers) =
        (Keepsakes::of(app, session, Kind::RecentQuery), Keepsakes::of(app, session, Kind::QueryAnswers));
    // What fails was logged where it failed.
    let _ = future::join(recents.keep(&place.path, place), kept_answers.keep(&place.path, &answers)).await;
}
