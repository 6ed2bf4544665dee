//! `/api/query` and `/api/iqa`: running a query, and the two shapes of its rows (imis.md §8.1).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    Column, Label, Prompt, Publication, Query, Required, Rest, Source, definition,
    documents::Document,
    guid,
    rows::{Cell, Row, decimal},
};
use crate::imis::{
    Edition, World,
    accounts::User,
    answer::{Answer, Outcome},
    filter::{Criterion, Property},
    wire::Dialect,
};

/// Which of the two services is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Query,
    Iqa,
}

/// What was asked for.
#[derive(Debug, Default)]
struct Asked {
    name: String,
    offset: usize,
    limit: usize,
    /// Values of `Parameter`, in their order.
    positional: Vec<String>,
    named: Vec<(String, String)>,
}

impl Asked {
    fn parse(query: &str, most: usize, door: Door) -> Result<Self, Answer> {
        let mut asked = Self { limit: 100, ..Self::default() };
        let number = |value: &str| {
            value
                .parse::<usize>()
                .map_err(|_| Answer::bad_request("ArgumentFault: Value does not fall within the expected range."))
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match (name.to_ascii_lowercase().as_str(), door) {
                ("queryname", _) | ("querypath", Door::Iqa) => asked.name = value.into_owned(),
                ("offset", _) => asked.offset = number(&value)?,
                ("limit", _) => asked.limit = number(&value)?,
                // The sort is the query's own (imis.md §8.1).
                ("orderby", _) => {}
                ("parameter", Door::Iqa) => asked.positional.push(value.into_owned()),
                _ => asked.named.push((name.into_owned(), value.into_owned())),
            }
        }
        asked.limit = if asked.limit == 0 { 100 } else { asked.limit }.min(most);
        Ok(asked)
    }

    /// The value given for each prompt.
    fn values(&self, query: &Query, door: Door) -> Result<Vec<Option<&str>>, Answer> {
        if door == Door::Iqa {
            if self.positional.len() > query.prompts.len() {
                return Err(Answer::bad_request("ArgumentFault: The query has fewer parameters."));
            }
            let given = |place: usize| self.positional.get(place).map(String::as_str).filter(|text| !text.is_empty());
            return Ok((0..query.prompts.len()).map(given).collect());
        }
        let mut values = vec![None; query.prompts.len()];
        for (name, value) in &self.named {
            let place = query.prompts.iter().position(|prompt| is_called(prompt, name));
            let place = place.ok_or_else(|| {
                Answer::bad_request(format!("ArgumentFault: {name} is not a property of the entity."))
            })?;
            values[place] = Some(value.as_str()).filter(|text| !text.is_empty());
        }
        Ok(values)
    }
}

/// Whether `/api/query` takes this prompt under this name.
fn is_called(prompt: &Prompt, name: &str) -> bool {
    match prompt.label {
        Label::Search => prompt.caption.eq_ignore_ascii_case(name),
        Label::Caption | Label::None => {
            let bare = name.rsplit('.').next().unwrap_or_default();
            prompt.property.eq_ignore_ascii_case(bare)
        }
    }
}

/// Runs a query and gives a page of its rows.
pub(super) fn handle(world: &World, user: &User, query: &str, door: Door) -> Outcome {
    if door == Door::Query && world.settings.edition == Edition::Imis2017 {
        return Err(Answer::no_service("query"));
    }
    let asked = Asked::parse(query, world.settings.max_limit, door)?;
    let missing = || Answer::not_found("The query could not be found.");
    let query = {
        let library = world.library();
        let by_version = |query: &&Query| {
            door == Door::Iqa && guid(&format!("version {}", query.path)) == asked.name.to_ascii_lowercase()
        };
        let found = library.query(&asked.name).or_else(|| library.queries.iter().find(by_version));
        let found = found.filter(|query| query.publication == Publication::Published).ok_or_else(missing)?;
        if !Document::Query(found).seen_by(&library, user) {
            return Err(Answer::forbidden());
        }
        found.clone()
    };
    if query.rest == Rest::Closed {
        return Err(missing());
    }
    let criteria = criteria(&query, &asked.values(&query, door)?)?;
    let mut answer = Answer::raw_json(page(world, user, &query, &criteria, (&asked, door)));
    answer.delay = query.delay;
    Ok(answer)
}

fn criteria<'q>(query: &'q Query, values: &[Option<&str>]) -> Result<Vec<(&'q Prompt, Criterion)>, Answer> {
    let mut criteria = Vec::new();
    for (prompt, value) in query.prompts.iter().zip(values) {
        match value {
            // That `/api/iqa` refuses it too is assumed.
            None if prompt.required == Required::Yes => {
                let message = format!("A value for {} is required.", prompt.caption);
                return Err(Answer::bad_request(message));
            }
            None => {}
            Some(value) => {
                let property = Property { name: prompt.property, kind: prompt.kind };
                criteria.push((prompt, Criterion::parse_with(property, value, prompt.operation)?));
            }
        }
    }
    Ok(criteria)
}

fn page(
    world: &World,
    user: &User,
    query: &Query,
    criteria: &[(&Prompt, Criterion)],
    (asked, door): (&Asked, Door),
) -> String {
    let parties = world.parties();
    let own = user.party.to_string();
    let fits = |row: &Row<'_>| {
        criteria.iter().all(|(prompt, criterion)| criterion.accepts(&row.cell(prompt.property).plain()))
    };
    let (rows, total): (Vec<Row<'_>>, usize) = match query.source {
        // None of the others is made.
        Source::Made(count) if criteria.is_empty() => {
            let total = usize::try_from(count).unwrap_or(usize::MAX);
            let end = asked.offset.saturating_add(asked.limit).min(total);
            let made = (asked.offset..end).filter_map(|place| u32::try_from(place).ok()).map(Row::Made);
            (made.collect(), total)
        }
        _ => {
            let mut rows: Vec<Row<'_>> = Row::all(query, &parties, &own).filter(fits).collect();
            sort(&mut rows, query);
            let total = rows.len();
            (rows.into_iter().skip(asked.offset).take(asked.limit).collect(), total)
        }
    };
    let dialect = Dialect(world.settings.edition);
    let items: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| match door {
            Door::Query => flat(*row, query),
            Door::Iqa => generic(*row, query, asked.offset + place + 1, dialect),
        })
        .collect();
    envelope(&items, (asked.offset, asked.limit, total), door, dialect)
}

fn sort(rows: &mut [Row<'_>], query: &Query) {
    let fields: Vec<(&Column, bool)> = query
        .sort
        .iter()
        .filter_map(|(alias, descending)| {
            query.columns.iter().find(|column| column.alias == *alias).map(|column| (column, *descending))
        })
        .collect();
    rows.sort_by_cached_key(|row| {
        let rank = |(column, descending): &(&Column, bool)| {
            let (number, text) = row.cell(column.property).rank();
            (if *descending { number.checked_neg().unwrap_or(i64::MAX) } else { number }, text)
        };
        fields.iter().map(rank).collect::<Vec<_>>()
    });
}

/// A row of the new service: its members in the order of the columns, under their aliases.
fn flat(row: Row<'_>, query: &Query) -> String {
    let mut text = String::from(r#"{"$type":"System.Dynamic.ExpandoObject, System.Core""#);
    for column in &query.columns {
        let value = match row.cell(column.property) {
            Cell::Nothing => Value::Null,
            Cell::Text(text) | Cell::Moment(text) => json!(text),
            Cell::Whole(number) => json!(number),
            Cell::Flag(flag) => json!(flag),
            Cell::Decimal(number) => {
                let (name, wrapped) = (json!(column.alias), decimal(number));
                let _ok = write!(text, r#",{name}:{{"$type":"System.Decimal","$value":{wrapped}}}"#);
                continue;
            }
        };
        let _ok = write!(text, ",{}:{value}", json!(column.alias));
    }
    text.push('}');
    text
}

/// A row of the old service: a generic entity, its number first.
fn generic(row: Row<'_>, query: &Query, number: usize, dialect: Dialect) -> String {
    let mut properties = vec![dialect.property("ResultRow", Some(json!(number.to_string())))];
    for column in &query.columns {
        let name = if column.prefixed_in_2017 && dialect.0 == Edition::Imis2017 {
            definition::property_name(column, query, dialect)
        } else {
            column.alias.to_owned()
        };
        let wrapped = |class: &str, value: Value| Some(json!({ "$type": class, "$value": value }));
        let value = match row.cell(column.property) {
            Cell::Nothing => None,
            Cell::Text(text) => Some(json!(text)),
            Cell::Moment(text) => wrapped("System.DateTime", json!(text)),
            Cell::Whole(number) => wrapped("System.Int32", json!(number)),
            Cell::Flag(flag) => wrapped("System.Boolean", json!(flag)),
            Cell::Decimal(number) => wrapped("System.Decimal", decimal(number).parse().unwrap_or(Value::Null)),
        };
        properties.push(dialect.property(&name, value));
    }
    let bag = dialect.collection("Core.DataContracts.GenericPropertyDataCollection", properties);
    let entity = json!({
        "$type": dialect.class("Core.DataContracts.GenericEntityData"),
        "EntityTypeName": number.to_string(),
        "Properties": bag,
    });
    entity.to_string()
}

/// The paging envelope around rows that are text already, so that their members keep their order.
fn envelope(items: &[String], (offset, limit, total): (usize, usize, usize), door: Door, dialect: Dialect) -> String {
    let item = match door {
        Door::Query => "System.Dynamic.ExpandoObject, System.Core".to_owned(),
        Door::Iqa => dialect.class("Core.DataContracts.GenericEntityData"),
    };
    let paged = dialect.class(&format!("Core.DataContracts.PagedResult`1[[{item}]]"));
    let next = offset.saturating_add(items.len());
    let has_next = !items.is_empty() && next < total;
    let older = if dialect.0 == Edition::Imis2017 {
        r#","SyncRoot":{"$type":"System.Object, mscorlib"},"IsSynchronized":false"#
    } else {
        ""
    };
    format!(
        r#"{{"$type":{},"Items":{{"$type":{},"$values":[{}]}},"Offset":{offset},"Limit":{limit},"Count":{}{older},"TotalCount":{total},"NextPageLink":null,"HasNext":{has_next},"NextOffset":{}}}"#,
        json!(paged),
        json!(format!("System.Collections.Generic.List`1[[{item}]], mscorlib")),
        items.join(","),
        items.len(),
        if has_next { next } else { 0 },
    )
}
