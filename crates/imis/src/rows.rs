//! Rows that belong to a contact and are written column by column: activities (`imis.md §6.1`), and the site's own
//! tables (multi-instance panel sources, `imis.md §15`).

use crate::{
    Acting, ColumnForm, Error, Operation, PartyId, WriteError, client::equals, exchange::not_understood, wire,
};
use serde_json::Value;

/// A value for a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowValue {
    /// The column.
    pub column: String,
    /// What it takes.
    pub form: ColumnForm,
    /// Its value: numbers with `.`, dates as iMIS writes them, text that fits.
    pub value: String,
}

/// A row to write.
#[derive(Clone, Copy)]
pub struct NewRow<'a> {
    /// The entity: `Activity`, or the name of a table.
    pub entity: &'a str,
    /// Whose.
    pub party: &'a PartyId,
    /// Its values, that of the key's column not among them.
    pub values: &'a [RowValue],
    /// The column that it is found again by, and what stands there.
    pub key: (&'a str, &'a str),
}

/// Whether a text can be the name of an entity or of a column.
pub fn is_row_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

impl Acting {
    /// Writes a row; answers its key. Text that does not fit its column is iMIS's to refuse.
    pub async fn write_row(&self, new: &NewRow<'_>) -> Result<String, WriteError> {
        let operation = Operation::WriteRow;
        let refused = |name: &str| WriteError::Refused(Error::refused_here(operation, name));
        if !is_row_name(new.entity) {
            return Err(refused("entity"));
        }
        let body = wire::new_row(new).map_err(|column| refused(&column))?;
        let stored = self.add(operation, new.entity, body).await?;
        Ok(key(&stored).ok_or_else(|| not_understood(operation))?)
    }

    /// Removes a row of a table of the site; one that is gone already is no error.
    pub async fn remove_row(&self, entity: &str, key: &str) -> Result<(), WriteError> {
        let operation = Operation::RemoveRecord;
        if !is_row_name(entity) || key.is_empty() {
            return Err(WriteError::Refused(Error::refused_here(operation, "entity")));
        }
        self.remove(operation, (entity, key)).await?;
        Ok(())
    }

    /// The keys of the rows of a contact that are found by this key.
    pub async fn find_rows(&self, entity: &str, party: &PartyId, key_of: (&str, &str)) -> Result<Vec<String>, Error> {
        let operation = Operation::FindRows;
        if !is_row_name(entity) || !is_row_name(key_of.0) {
            return Err(Error::refused_here(operation, "entity"));
        }
        // What the contact's column is called in a filter differs from table to table; the key's column is known.
        let mut filters = vec![equals(operation, key_of.0, key_of.1)?];
        if entity == "Activity" {
            filters.push(equals(operation, "PartyId", party.as_str())?);
        }
        let rows = self.list(operation, entity, &filters, 4).await?;
        // What a site does with a filter it does not know is not known: look again.
        let is_it = |row: &&Value| {
            wire::generic_text(row, key_of.0).is_some_and(|found| found == key_of.1)
                && wire::generic_owner(row).is_some_and(|owner| owner == party.as_str())
        };
        Ok(rows.iter().filter(is_it).filter_map(key).collect())
    }
}

/// The key of a stored row, as it stands in an address: several elements are joined as `~101|3` (`imis.md §4.1`).
fn key(row: &Value) -> Option<String> {
    let elements = wire::generic_elements(row);
    match elements.as_slice() {
        [] => wire::generic_text(row, "SEQN").or_else(|| wire::generic_text(row, "ActivityId")),
        [one] => Some(one.clone()),
        several => Some(["~", &several.join("|")].concat()),
    }
}
