//! The platform's JSON: `$type` everywhere, collections in `$values`, defaults left out (imis.md §4.2, §4.3).
//!
//! `serde_json` writes members in the order of their names, and `$` sorts before every letter, so `$type` is first.

use serde_json::{Map, Value, json};

use super::Edition;

/// `$type` of a collection of strings.
pub(super) const STRINGS: &str = "System.Collections.ObjectModel.Collection`1[[System.String, mscorlib]], mscorlib";

/// The spelling of an edition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect(pub(super) Edition);

impl Dialect {
    /// Full type name of a contract given without the `Asi.Soa.` in front.
    pub(super) fn class(self, contract: &str) -> String {
        match self.0 {
            Edition::Ems => format!("Asi.Soa.{contract}, Asi.Contracts"),
            // Pre-EMS builds kept one assembly per area (imis.md §4.2).
            Edition::Imis2017 => {
                let area = contract.split('.').next().unwrap_or("Core");
                format!("Asi.Soa.{contract}, Asi.Soa.{area}.Contracts")
            }
        }
    }

    /// An object with its type; members holding null, `false`, `0` or an empty string's absence are the caller's to drop.
    pub(super) fn object(self, contract: &str, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let mut map = Map::new();
        map.insert("$type".to_owned(), Value::String(self.class(contract)));
        for (name, value) in members {
            if !is_default(&value) {
                map.insert(name.to_owned(), value);
            }
        }
        Value::Object(map)
    }

    /// A collection contract such as `Membership.DataContracts.EmailDataCollection`.
    pub(super) fn collection(self, contract: &str, values: Vec<Value>) -> Value {
        json!({ "$type": self.class(contract), "$values": values })
    }

    /// A `List` of a contract.
    pub(super) fn list(self, contract: &str, values: Vec<Value>) -> Value {
        let item = self.class(contract);
        json!({ "$type": format!("System.Collections.Generic.List`1[[{item}]], mscorlib"), "$values": values })
    }

    /// The paging envelope; every member is always there.
    pub(super) fn page(self, contract: &str, items: Vec<Value>, window: Window) -> Value {
        let item = self.class(contract);
        let paged = self.class(&format!("Core.DataContracts.PagedResult`1[[{item}]]"));
        let count = items.len();
        let next = window.offset.saturating_add(count);
        let has_next = count > 0 && next < window.total;
        let mut page = json!({
            "$type": paged,
            "Items": self.list(contract, items),
            "Offset": window.offset,
            "Limit": window.limit,
            "Count": count,
            "TotalCount": window.total,
            "NextPageLink": null,
            "HasNext": has_next,
            "NextOffset": if has_next { next } else { 0 },
        });
        if self.0 == Edition::Imis2017 {
            page["SyncRoot"] = json!({ "$type": "System.Object, mscorlib" });
            page["IsSynchronized"] = json!(false);
        }
        page
    }

    /// An identity of a generic entity.
    pub(super) fn identity(self, entity: &str, id: &str) -> Value {
        let elements: Vec<&str> = id.strip_prefix('~').map_or(vec![id], |several| several.split('|').collect());
        json!({
            "$type": self.class("Core.DataContracts.IdentityData"),
            "EntityTypeName": entity,
            "IdentityElements": { "$type": STRINGS, "$values": elements },
        })
    }

    /// One property of a property bag; an absent value is null.
    pub(super) fn property(self, name: &str, value: Option<Value>) -> Value {
        let mut property = json!({ "$type": self.class("Core.DataContracts.GenericPropertyData"), "Name": name });
        if let Some(value) = value {
            property["Value"] = value;
        }
        property
    }
}

/// Where a page stands in its result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) offset: usize,
    pub(super) limit: usize,
    pub(super) total: usize,
}

/// Whether `EmitDefaultValue=false` leaves this value out. An empty string is not a default.
pub(super) fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A primitive inside a generic value: type name without assembly.
pub(super) fn wrapped(type_name: &str, value: Value) -> Value {
    json!({ "$type": type_name, "$value": value })
}

/// Bytes, in generic and typed contracts alike.
pub(super) fn bytes(base64: String) -> Value {
    json!({ "$type": "System.Byte[], mscorlib", "$value": base64 })
}
