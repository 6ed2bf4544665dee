//! Where messages may be saved to at a site, and which part of a message goes where.
//!
//! It stands in the configuration, or, over it, in the store (`imis-outlook options`); both are read here.

use super::ActivityTypes;
use super::reader::Section;
use super::site::Site;
use api::{AttachmentTypes, Duplicates, FieldKind, FormField, MappedField, Piece, TableId};
use imis::ColumnForm;
use std::collections::BTreeMap;
use std::fmt;

/// Which columns of an activity are filled where nobody says otherwise: what an untouched iMIS has a place for.
const USUAL: [(&str, &str); 3] =
    [("TRANSACTION_DATE", "{SentOn}"), ("DESCRIPTION", "{Subject}"), ("NOTE", "{Note}\n\n{Body}")];
/// The column that keeps what an activity is found again by.
pub(crate) const ACTIVITY_KEY: &str = "UF_1";
/// Most fields of one mapping.
const FIELDS_MAX: usize = 60;

/// Which column takes which part of a message, by activity type in capital letters; empty templates leave a usual
/// column out.
pub type Mappings = BTreeMap<String, Vec<(String, String)>>;

/// A table of the site that messages may be saved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its key in the settings.
    pub id: TableId,
    /// What people call it.
    pub title: String,
    /// Its name in iMIS.
    pub entity: String,
    /// The column that keeps what its rows are found again by.
    pub message_key: String,
    /// Which column takes which part of a message.
    pub fields: Vec<MappedField>,
}

/// Reads what stands in a site's section.
pub(super) fn read(section: &mut Section<'_>, site: &mut Site) {
    if let Some(bytes) = section.number("attachment_max_bytes", 1, 4 * 1024 * 1024 * 1024) {
        site.attachment_max_bytes = bytes;
    }
    if let Some(most) = section.number("contacts_max", 1, 500) {
        site.contacts_max = usize::try_from(most).unwrap_or(500);
    }
    let duplicates = section.parsed("duplicates", |word| match word {
        "warned" => Ok(Duplicates::Warned),
        "refused" => Ok(Duplicates::Refused),
        _ => Err("must be warned or refused"),
    });
    site.duplicates = duplicates.unwrap_or(site.duplicates);
    if let Some(roles) = section.texts("remove_others_roles") {
        site.remove_others_roles = roles;
    }
    if section.has("attachment_types") {
        site.attachment_types = attachment_types(section.section("attachment_types"));
    }
    if section.has("activity_types") {
        let mut types = section.section("activity_types");
        let system = |names: &[String]| names.iter().find(|name| imis::is_system_activity_type(name)).cloned();
        let offered = types.texts("offered").unwrap_or_default();
        if let Some(name) = system(&offered) {
            types.fault("offered", format!("holds `{name}`, one of iMIS's own types, which nobody saves to"));
        }
        site.activity_types = ActivityTypes { offered, hidden: types.texts("hidden").unwrap_or_default() };
        site.mappings = mappings(types.section("mapping"));
        types.finish();
    }
    if section.has("tables") {
        let mut tables = section.section("tables");
        site.tables = tables.keys().iter().filter_map(|name| table(name, tables.section(name))).collect();
    }
}

fn attachment_types(mut section: Section<'_>) -> AttachmentTypes {
    let mut ends = |key: &str| -> Vec<String> {
        let given = section.texts(key).unwrap_or_default();
        let plain = |end: &String| end.trim().trim_start_matches('.').to_lowercase();
        let ends: Vec<String> = given.iter().map(plain).collect();
        if ends.iter().any(|end| end.is_empty() || end.contains(['.', ' ', '/', '\\'])) {
            section.fault(key, "must hold ends of file names such as pdf");
        }
        ends
    };
    let types = AttachmentTypes { allowed: ends("allowed"), forbidden: ends("forbidden") };
    section.finish();
    types
}

fn mappings(mut section: Section<'_>) -> Mappings {
    let mut mappings = Mappings::new();
    for kind in section.keys() {
        if imis::is_system_activity_type(&kind) {
            section.fault(&kind, "is one of iMIS's own types, which nobody saves to");
        }
        let mut columns = section.section(&kind);
        let mut mapping = Vec::new();
        for name in columns.keys() {
            let Some(template) = columns.any_text(&name) else { continue };
            match activity_field(&name, "") {
                None => columns.fault(&name, "is no column of an activity that a message can fill"),
                Some(_) if template.is_empty() => mapping.push((name.to_uppercase(), template)),
                Some(field) => match fits(&field, &template) {
                    Ok(()) => mapping.push((field.name, template)),
                    Err(what) => columns.fault(&name, what),
                },
            }
        }
        mappings.insert(kind.to_uppercase(), mapping);
    }
    mappings
}

fn table(id: &str, mut section: Section<'_>) -> Option<Table> {
    let name = |text: &str| {
        let text = text.trim();
        if imis::is_row_name(text) { Ok(text.to_owned()) } else { Err("must be made of letters, digits and _") }
    };
    let title = section.text("title").unwrap_or_else(|| id.to_owned());
    if !section.has("entity") {
        section.fault("entity", "is needed: the table's name in iMIS");
    }
    if !section.has("message_key") {
        let what = "is needed: a text column of the table, 255 characters long, that keeps what a row is found again \
                    by; without one a retry could save a message twice, so such a table cannot be saved to";
        section.fault("message_key", what);
    }
    let entity = section.parsed("entity", name);
    let message_key = section.parsed("message_key", name);
    let mut columns = section.section("fields");
    let mut fields = Vec::new();
    for column in columns.keys() {
        match field(&column, &mut columns) {
            Some(field) if Some(&field.field.name) == message_key.as_ref() => {
                columns.fault(&column, "keeps what a row is found again by, so no part of a message goes there");
            }
            Some(field) => fields.push(field),
            None => {}
        }
    }
    if fields.is_empty() || fields.len() > FIELDS_MAX {
        section.fault("fields", format!("must name 1 to {FIELDS_MAX} columns, and what goes there"));
    }
    section.finish();
    Some(Table { id: TableId(id.to_owned()), title, entity: entity?, message_key: message_key?, fields })
}

/// A column of a table: a template alone, or with its label, kind and length.
fn field(column: &str, columns: &mut Section<'_>) -> Option<MappedField> {
    if !imis::is_row_name(column) {
        columns.fault(column, "must be made of letters, digits and _");
    }
    let (template, label, kind, max_chars) = if columns.is_table(column) {
        let mut section = columns.section(column);
        if !section.has("value") {
            section.fault("value", "is needed: what goes there, such as \"{Subject}\"");
        }
        let kind = section.parsed("kind", |word| match word {
            "text" => Ok(FieldKind::Text),
            "long_text" => Ok(FieldKind::LongText),
            "date" => Ok(FieldKind::DateTime),
            "number" => Ok(FieldKind::Number),
            _ => Err("must be text, long_text, date or number"),
        });
        let max_chars = section.number("max_chars", 1, 1_000_000).and_then(|most| u32::try_from(most).ok());
        let read = (section.any_text("value"), section.text("label"), kind, max_chars);
        section.finish();
        read
    } else {
        (columns.any_text(column), None, None, None)
    };
    let template = template?;
    let kind = kind.unwrap_or_else(|| match *api::pieces(&template) {
        [Piece::Token(token)] if token.is_time() => FieldKind::DateTime,
        _ if api::holds(&template, api::Token::is_body) => FieldKind::LongText,
        _ => FieldKind::Text,
    });
    let label = label.unwrap_or_else(|| column.to_owned());
    let field = FormField { name: column.to_owned(), label, kind, max_chars, required: false };
    match fits(&field, &template) {
        Ok(()) => Some(MappedField { field, template }),
        Err(what) => {
            columns.fault(column, what);
            None
        }
    }
}

/// A column of an activity as a field; none where a message has no business.
fn activity_field(name: &str, label: &str) -> Option<FormField> {
    let column = imis::activity_column(name).filter(|column| column.column != ACTIVITY_KEY)?;
    let kind = match column.form {
        ColumnForm::Text => FieldKind::Text,
        ColumnForm::LongText => FieldKind::LongText,
        ColumnForm::Date => FieldKind::DateTime,
        ColumnForm::Amount => FieldKind::Amount,
        ColumnForm::Number => FieldKind::Number,
        ColumnForm::Contact => FieldKind::Contact,
    };
    let (name, label) = (column.column.to_owned(), label.to_owned());
    Some(FormField { name, label, kind, max_chars: column.max_chars, required: false })
}

/// Whether a field can take what a template makes.
fn fits(field: &FormField, template: &str) -> Result<(), String> {
    let pieces = api::pieces(template);
    let unknown = pieces.iter().find_map(|piece| match piece {
        Piece::Unknown(name) => Some(*name),
        _ => None,
    });
    if let Some(name) = unknown {
        if name.trim().eq_ignore_ascii_case("Folder") {
            return Err("holds {Folder}: Outlook does not tell add-ins in which folder a message lies".to_owned());
        }
        let known: Vec<&str> = api::Token::ALL.iter().map(|token| token.name()).collect();
        return Err(format!("holds {{{name}}}, which is no part of a message; there are {}", known.join(", ")));
    }
    let literal = !pieces.iter().any(|piece| matches!(piece, Piece::Token(_)));
    let sound = match field.kind {
        FieldKind::Text | FieldKind::LongText => return Ok(()),
        FieldKind::Date | FieldKind::DateTime => match *pieces {
            [Piece::Token(token)] if token.is_time() => true,
            _ => literal && crate::records::is_value(field, template),
        },
        FieldKind::Amount | FieldKind::Number | FieldKind::Contact => {
            literal && crate::records::is_value(field, template)
        }
    };
    if sound {
        return Ok(());
    }
    Err(match field.kind {
        FieldKind::Date | FieldKind::DateTime => {
            "is a date: it takes {SentOn}, {ReceivedOn} or a day such as 2026-05-10".to_owned()
        }
        FieldKind::Contact => "is the ID of a contact: it takes such an ID, and no part of a message".to_owned(),
        _ => "is a number: it takes such a number, and no part of a message".to_owned(),
    })
}

/// Where the parts of a message go in an activity of a type, with the site's own labels.
pub(crate) fn activity_fields(site: &Site, form: Option<&imis::ActivityForm>, kind: &str) -> Vec<MappedField> {
    let own = site.mappings.get(&kind.to_uppercase());
    let given = |name: &str| own.and_then(|own| own.iter().find(|(column, _)| column == name));
    let usual = USUAL.iter().map(|(column, template)| (*column, *template));
    let mut templates: Vec<(&str, &str)> = usual
        .map(|(column, template)| given(column).map_or((column, template), |(_, own)| (column, own.as_str())))
        .collect();
    let others = own.into_iter().flatten().filter(|(column, _)| USUAL.iter().all(|(usual, _)| usual != column));
    templates.extend(others.map(|(column, template)| (column.as_str(), template.as_str())));
    let label = |name: &str| {
        let labels = form.into_iter().flat_map(|form| &form.columns);
        labels.clone().find(|(column, _)| column.column == name).map_or("", |(_, label)| label.as_str())
    };
    let filled = templates.into_iter().filter(|(_, template)| !template.is_empty());
    filled
        .filter_map(|(name, template)| {
            Some(MappedField { field: activity_field(name, label(name))?, template: template.to_owned() })
        })
        .collect()
}

/// What [`read`] reads, as it is written.
pub(super) struct Shown<'a>(pub(super) &'a Site);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(site) = self;
        writeln!(f, "attachment_max_bytes = {}", site.attachment_max_bytes)?;
        writeln!(f, "contacts_max = {}", site.contacts_max)?;
        let duplicates = if site.duplicates == Duplicates::Refused { "refused" } else { "warned" };
        writeln!(f, "duplicates = \"{duplicates}\"")?;
        let AttachmentTypes { allowed, forbidden } = &site.attachment_types;
        writeln!(f, "attachment_types = {{ allowed = {allowed:?}, forbidden = {forbidden:?} }}")?;
        let types = &site.activity_types;
        writeln!(f, "activity_types.offered = {:?}", types.offered)?;
        writeln!(f, "activity_types.hidden = {:?}", types.hidden)?;
        for (kind, mapping) in &site.mappings {
            for (column, template) in mapping {
                writeln!(f, "activity_types.mapping.{kind}.{column} = {}", quoted(template))?;
            }
        }
        for table in &site.tables {
            let name = &table.id.0;
            writeln!(f, "tables.{name}.title = {}", quoted(&table.title))?;
            writeln!(f, "tables.{name}.entity = {}", quoted(&table.entity))?;
            writeln!(f, "tables.{name}.message_key = {}", quoted(&table.message_key))?;
            for MappedField { field, template } in &table.fields {
                let kind = match field.kind {
                    FieldKind::LongText => "long_text",
                    FieldKind::Date | FieldKind::DateTime => "date",
                    FieldKind::Amount | FieldKind::Number => "number",
                    FieldKind::Text | FieldKind::Contact => "text",
                };
                let most = field.max_chars.map(|most| format!(", max_chars = {most}")).unwrap_or_default();
                let (value, label) = (quoted(template), quoted(&field.label));
                writeln!(
                    f,
                    "tables.{name}.fields.{} = {{ value = {value}, label = {label}, kind = \"{kind}\"{most} }}",
                    field.name
                )?;
            }
        }
        Ok(())
    }
}

/// A text as TOML writes it; JSON's way is one of TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
