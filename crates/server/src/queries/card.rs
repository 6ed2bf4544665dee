//! The columns that the site's card query says of a contact.
//!
//! The query is the administrator's choice, its only prompt the contact's key, and the rights those of the person.

use super::{column, contact_id};
use crate::app::App;
use crate::failure::Failure;
use crate::session::Session;
use api::{CardColumns, ContactId, Problem, ProblemCode};
use imis::{QueryColumn, QueryValue};

/// What the card query says of a contact; what is wrong with the query is told beside an empty answer, for the card
/// is worth showing without.
pub(crate) async fn columns(app: &App, session: &Session, contact: &ContactId) -> Result<CardColumns, Failure> {
    let site = app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
    let Some(path) = &site.card_query else { return Ok(CardColumns::default()) };
    if contact_id(&contact.0).is_none() {
        return Err(Failure::invalid("contact"));
    }
    let acting = session.acting(app)?;
    let run = async {
        let form = acting.query_form(path).await?;
        // A query without prompt would say of everybody what is asked of one.
        if form.prompts.is_empty() || form.prompts.iter().skip(1).any(|prompt| prompt.required) {
            return Ok(None);
        }
        let values = [QueryValue { prompt: 0, values: vec![contact.0.clone()] }];
        acting.run_query(path, &form, &values, 0, 2).await.map(Some)
    };
    match session.while_alive(Box::pin(run)).await? {
        Ok(Some(page)) => Ok(of_contact(page, contact)),
        Ok(None) => Ok(with_problem(Problem::new(ProblemCode::ImisRefused))),
        Err(error) => {
            let failure = super::failure(app, session, &error).await;
            match failure.problem.code {
                ProblemCode::SignedOut | ProblemCode::StoreUnavailable | ProblemCode::Internal => Err(failure),
                _ => Ok(with_problem(failure.problem)),
            }
        }
    }
}

fn with_problem(problem: Problem) -> CardColumns {
    CardColumns { problem: Some(problem), ..CardColumns::default() }
}

/// The contact's row. A site that ignored the prompt must not show another's.
fn of_contact(page: imis::QueryPage, contact: &ContactId) -> CardColumns {
    let key = QueryColumn::contact(&page.columns);
    let is_theirs = |row: &Vec<Option<String>>| {
        key.is_none_or(|place| row.get(place).is_some_and(|value| value.as_deref() == Some(&*contact.0)))
    };
    let several = key.is_none() && page.rows.len() > 1;
    let row = page.rows.into_iter().find(is_theirs).filter(|_| !several);
    row.map_or_else(CardColumns::default, |values| CardColumns {
        columns: page.columns.iter().map(column).collect(),
        values,
        problem: None,
    })
}
