//! `QueryDefinition` and `QueryParameterDefinition`: what a query asks and answers (imis.md §8.2).

use serde_json::{Value, json};

use super::{
    Column, Kind, Label, Library, Operation, Parameter, Prompt, Publication, Query, Required, Rest, Type,
    documents::Document, execute_request, guid,
};
use crate::imis::{
    Edition, World,
    accounts::User,
    answer::{Answer, Outcome},
    users,
    wire::{Dialect, Window},
};

const DEFINITION: &str = "Core.DataContracts.IqaQueryDefinitionData";
const PARAMETER: &str = "Core.DataContracts.QueryParameterDefinitionData";
/// The business object that most queries ask.
const CONTROLLER: &str = "vBoNetContactData";

/// The published query at a path, if the user may see it. Its REST flag does not matter here (imis.md §8.2).
fn seen<'l>(library: &'l Library, user: &User, path: &str) -> Option<&'l Query> {
    library
        .query(path)
        .filter(|query| query.publication == Publication::Published && Document::Query(query).seen_by(library, user))
}

fn seen_by_id<'l>(library: &'l Library, user: &User, id: &str) -> Option<&'l Query> {
    let query = library.queries.iter().find(|query| guid(&format!("definition {}", query.path)) == id)?;
    seen(library, user, &query.path)
}

/// `POST QueryDefinition/_execute`.
pub(super) fn execute(world: &World, user: &User, body: &[u8]) -> Outcome {
    let (operation, parameters) = execute_request(body)?;
    let dialect = Dialect(world.settings.edition);
    let library = world.library();
    let show = |query: &Query| (dialect.class(DEFINITION), definition(query, dialect));
    let result = match (operation.as_str(), &parameters[..]) {
        ("findbypath", [path]) => seen(&library, user, path.text()).map(show),
        ("findbyid", [id]) => seen_by_id(&library, user, id.text()).map(show),
        ("getrestaccess", [Parameter::Texts(paths)]) => {
            let open = |path: &String| seen(&library, user, path).is_some_and(|query| query.rest == Rest::Open);
            let open: Vec<bool> = paths.iter().map(open).collect();
            Some((
                "System.Boolean[], mscorlib".to_owned(),
                json!({ "$type": "System.Boolean[], mscorlib", "$values": open }),
            ))
        }
        _ => return Err(Answer::no_operation()),
    };
    Ok(Answer::ok(&users::respond(world.settings.edition, result)))
}

fn definition(query: &Query, dialect: Dialect) -> Value {
    let ems = dialect.0 == Edition::Ems;
    let criteria = query.prompts.iter().map(|prompt| criterion(prompt, dialect)).collect();
    let properties =
        query.columns.iter().enumerate().map(|(index, column)| property(column, index + 1, query, dialect)).collect();
    let sort = query.sort.iter().filter_map(|(alias, descending)| {
        let column = query.columns.iter().find(|column| column.alias == *alias)?;
        let name = json!(property_name(column, query, dialect));
        // That 1 is descending is assumed.
        let order = if *descending { json!(1) } else { Value::Null };
        Some(dialect.object("Core.DataContracts.SortFieldData", [("PropertyName", name), ("SortOrder", order)]))
    });
    let sort = sort.collect();
    let mut members = vec![
        ("Parameters", dialect.collection("Core.DataContracts.CriteriaDataCollection", criteria)),
        ("Properties", dialect.collection("Core.DataContracts.QueryPropertyDataCollection", properties)),
        ("SortFields", dialect.collection("Core.DataContracts.SortFieldDataCollection", sort)),
        ("QueryDefinitionId", json!(guid(&format!("definition {}", query.path)))),
    ];
    if ems {
        let document = dialect.object("Core.DataContracts.DocumentData", Document::Query(query).members(dialect));
        let source =
            [("QuerySourceId", json!(source_id(query))), ("QuerySourceType", json!(1)), ("Name", json!(CONTROLLER))];
        let source = dialect.object("Core.DataContracts.QuerySourceData", source);
        members.extend([
            ("Document", document),
            ("Path", json!(query.path)),
            ("Sources", dialect.collection("Core.DataContracts.QuerySourceDataCollection", vec![source])),
            ("Relations", dialect.collection("Core.DataContracts.QueryRelationDataCollection", vec![])),
        ]);
    }
    let mut definition = dialect.object(DEFINITION, members);
    if ems {
        // Nullable, so `false` is no default of its.
        definition["IsAvailableToREST"] = json!(query.rest == Rest::Open);
    }
    definition
}

fn criterion(prompt: &Prompt, dialect: Dialect) -> Value {
    let values =
        prompt.value.map_or(Value::Null, |value| json!({ "$type": crate::imis::wire::STRINGS, "$values": [value] }));
    dialect.object(
        "Core.DataContracts.CriteriaData",
        [
            ("Operation", json!(number(prompt.operation))),
            ("PropertyName", json!(format!("{CONTROLLER}.{}", prompt.property))),
            ("Prompt", caption(prompt)),
            ("IsRequired", json!(prompt.required == Required::Yes)),
            ("AllowMultiple", json!(prompt.several)),
            ("Values", values),
        ],
    )
}

fn caption(prompt: &Prompt) -> Value {
    if prompt.label == Label::None { Value::Null } else { json!(prompt.caption) }
}

/// `OperationData` (imis.md §4.4).
const fn number(operation: Operation) -> u8 {
    match operation {
        Operation::LessThan => 1,
        Operation::LessThanOrEqual => 2,
        Operation::Equal => 3,
        Operation::GreaterThanOrEqual => 4,
        Operation::GreaterThan => 5,
        Operation::StartsWith => 6,
        Operation::Contains => 7,
        Operation::EndsWith => 8,
        Operation::Between => 9,
        Operation::IsEmpty => 10,
        Operation::IsTrue => 11,
        Operation::IsFalse => 12,
        Operation::NotEqual => 13,
        Operation::NotContain => 14,
        Operation::NotEmpty => 15,
        Operation::In => 16,
        Operation::NotIn => 17,
    }
}

fn source_id(query: &Query) -> String {
    guid(&format!("source {}", query.path))
}

/// What the definition calls a column: on older builds a GUID and a number (imis.md §8.2).
pub(super) fn property_name(column: &Column, query: &Query, dialect: Dialect) -> String {
    match dialect.0 {
        Edition::Ems => column.alias.to_owned(),
        Edition::Imis2017 => {
            let place = query.columns.iter().position(|other| other.alias == column.alias).unwrap_or(0);
            format!("{}.CL{}", source_id(query), place + 29)
        }
    }
}

fn property(column: &Column, order: usize, query: &Query, dialect: Dialect) -> Value {
    let name = json!(property_name(column, query, dialect));
    let type_name = match column.type_ {
        Type::Text => "String",
        Type::Whole => "Int32",
        Type::Decimal => "Decimal",
        Type::Moment => "DateTime",
        Type::Flag => "Boolean",
    };
    let mut members = vec![
        ("QuerySourceId", json!(source_id(query))),
        ("Name", name.clone()),
        ("PropertyName", name),
        ("DisplayOrder", json!(order)),
        ("DataTypeName", json!(type_name)),
    ];
    if dialect.0 == Edition::Ems {
        members.extend([
            ("Alias", json!(column.alias)),
            ("Caption", json!(column.alias)),
            ("DisplayFormat", json!(column.format)),
            ("Link", json!(column.link)),
        ]);
    } else if column.prefixed_in_2017 {
        members.push(("Caption", json!(column.alias)));
    } else {
        members.push(("Caption", json!(format!("NetContactData.{}", column.property))));
    }
    dialect.object("Core.DataContracts.QueryPropertyData", members)
}

/// `GET QueryParameterDefinition?QueryPath=…`.
pub(super) fn parameters(world: &World, user: &User, query: &str) -> Outcome {
    let mut path = String::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.to_ascii_lowercase().as_str() {
            "querypath" => path = value.into_owned(),
            "limit" | "offset" => {}
            _ => return Err(Answer::bad_request("ArgumentFault: Value does not fall within the expected range.")),
        }
    }
    let dialect = Dialect(world.settings.edition);
    let library = world.library();
    let query = seen(&library, user, &path).ok_or_else(|| Answer::not_found("The query could not be found."))?;
    let items: Vec<Value> = query.prompts.iter().map(|prompt| parameter(prompt, dialect)).collect();
    let window = Window { offset: 0, limit: 100, total: items.len() };
    Ok(Answer::ok(&dialect.page(PARAMETER, items, window)))
}

/// `POST QueryParameterDefinition/_execute`.
pub(super) fn execute_parameters(world: &World, user: &User, body: &[u8]) -> Outcome {
    let (operation, parameters) = execute_request(body)?;
    let dialect = Dialect(world.settings.edition);
    let library = world.library();
    let query = match (operation.as_str(), &parameters[..]) {
        ("findbypath", [path]) => seen(&library, user, path.text()),
        ("findbyid", [id]) => seen_by_id(&library, user, id.text()),
        _ => return Err(Answer::no_operation()),
    };
    let result = query.map(|query| {
        let class = dialect.class(PARAMETER);
        let items = query.prompts.iter().map(|prompt| parameter(prompt, dialect)).collect();
        (format!("System.Collections.Generic.List`1[[{class}]], mscorlib"), dialect.list(PARAMETER, items))
    });
    Ok(Answer::ok(&users::respond(world.settings.edition, result)))
}

fn parameter(prompt: &Prompt, dialect: Dialect) -> Value {
    let type_name = match prompt.kind {
        Kind::Text => "System.String",
        Kind::Number => "System.Decimal",
        Kind::Flag => "System.Boolean",
        Kind::Date => "System.DateTime",
    };
    dialect.object(
        PARAMETER,
        [
            ("ControllerName", json!(CONTROLLER)),
            ("PropertyName", json!(prompt.property)),
            ("Prompt", caption(prompt)),
            ("IsRequired", json!(prompt.required == Required::Yes)),
            ("AllowMultiple", json!(prompt.several)),
            ("MaxLength", json!(prompt.max_length)),
            ("PropertyTypeName", json!(type_name)),
            ("Value", prompt.value.map_or(Value::Null, |value| json!(value))),
            ("ValueList", value_list(prompt, dialect)),
            ("FilterType", json!(2)),
        ],
    )
}

/// The contract says no more than `object`; both shapes are assumed.
fn value_list(prompt: &Prompt, dialect: Dialect) -> Value {
    if prompt.list.is_empty() {
        return Value::Null;
    }
    match dialect.0 {
        Edition::Ems => {
            let values = prompt.list.iter().map(|(value, label)| dialect.property(label, Some(json!(value)))).collect();
            dialect.collection("Core.DataContracts.GenericPropertyDataCollection", values)
        }
        Edition::Imis2017 => {
            let values: Vec<&str> = prompt.list.iter().map(|(value, _)| *value).collect();
            json!({ "$type": "System.String[], mscorlib", "$values": values })
        }
    }
}
