//! Where rows are kept: in the order in which they came, found by id and by whom they belong to.
//!
//! Invariant: the two indexes name exactly the rows that are there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use uuid::Uuid;

use super::{
    contracts::{Contract, Key},
    rows::Row,
};

/// The rows of one entity.
#[derive(Debug, Default)]
struct Table {
    rows: BTreeMap<u64, Row>,
    next: u64,
    by_id: HashMap<String, u64>,
    by_owner: HashMap<String, BTreeSet<u64>>,
}

/// Whose row it is, as the index spells it.
fn owner(contract: &Contract, row: &Row) -> Option<String> {
    match row.fields.get(contract.owner?)? {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Table {
    fn insert(&mut self, contract: &Contract, place: u64, row: Row) {
        self.by_id.insert(row.id.to_lowercase(), place);
        if let Some(owner) = owner(contract, &row) {
            self.by_owner.entry(owner).or_default().insert(place);
        }
        self.rows.insert(place, row);
    }

    fn take(&mut self, contract: &Contract, id: &str) -> Option<(u64, Row)> {
        let place = self.by_id.remove(&id.to_lowercase())?;
        let row = self.rows.remove(&place)?;
        if let Some(places) = owner(contract, &row).and_then(|owner| self.by_owner.get_mut(&owner)) {
            places.remove(&place);
        }
        Some((place, row))
    }
}

/// All rows, by entity.
#[derive(Debug, Default)]
pub(super) struct Tables {
    tables: BTreeMap<&'static str, Table>,
    last_number: BTreeMap<&'static str, u64>,
}

impl Tables {
    fn of(&self, contract: &Contract) -> Option<&Table> {
        self.tables.get(contract.entity)
    }

    /// Every row, the oldest first.
    pub(super) fn all(&self, contract: &Contract) -> impl Iterator<Item = &Row> {
        self.of(contract).into_iter().flat_map(|table| table.rows.values())
    }

    /// The rows of one owner, the oldest first.
    pub(super) fn owned(&self, contract: &Contract, owner: &str) -> impl Iterator<Item = &Row> {
        let table = self.of(contract);
        let places = table.and_then(|table| table.by_owner.get(&owner.to_lowercase())).into_iter().flatten();
        places.filter_map(move |place| table?.rows.get(place))
    }

    pub(super) fn get(&self, contract: &Contract, id: &str) -> Option<&Row> {
        let table = self.of(contract)?;
        table.rows.get(table.by_id.get(&id.to_lowercase())?)
    }

    pub(super) fn new_id(&mut self, contract: &Contract) -> String {
        match contract.key_form {
            Key::Guid => Uuid::new_v4().to_string(),
            Key::Number | Key::Given => {
                // Counters of a site that has been running for a while do not start at one.
                let last = self.last_number.entry(contract.entity).or_insert(48_212);
                *last += 1;
                last.to_string()
            }
        }
    }

    pub(super) fn add(&mut self, contract: &Contract, row: Row) {
        let table = self.tables.entry(contract.entity).or_default();
        table.next += 1;
        table.insert(contract, table.next, row);
    }

    pub(super) fn replace(&mut self, contract: &Contract, row: Row) {
        let table = self.tables.entry(contract.entity).or_default();
        if let Some((place, _)) = table.take(contract, &row.id) {
            table.insert(contract, place, row);
        }
    }

    pub(super) fn remove(&mut self, contract: &Contract, id: &str) -> Option<Row> {
        self.tables.get_mut(contract.entity)?.take(contract, id).map(|(_, row)| row)
    }

    /// Rows of a contract whose field has this value.
    pub(super) fn children<'a>(&'a self, contract: &Contract, field: &str, id: &str) -> Vec<&'a Row> {
        self.all(contract).filter(|row| row.fields.get(field).is_some_and(|value| value.as_str() == Some(id))).collect()
    }
}
