//! All contacts: finding them, showing them, and keeping them (imis.md §4.4, §5).
//!
//! Searches have to be quick with a hundred thousand of them, so the texts that people search by stand in columns
//! beside the contacts. Invariant: the columns and the index over addresses say what the contacts say.

mod column;
mod shapes;

use std::collections::HashMap;

use serde_json::Value;

use self::column::Column;
pub(super) use self::shapes::plain;
use super::{
    answer::Answer,
    collation::Collation,
    filter::{Criterion, Find, Kind, Operation, Property},
    party::Party,
    wire::{Dialect, Window},
};

/// Which entity the contacts are looked at through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Party,
    Person,
    Organization,
    Summary,
}

impl View {
    pub(super) fn of(entity: &str) -> Option<Self> {
        Some(match entity.to_ascii_lowercase().as_str() {
            "party" => Self::Party,
            "person" => Self::Person,
            "organization" => Self::Organization,
            "partysummary" => Self::Summary,
            _ => return None,
        })
    }

    pub(super) fn shows(self, party: &Party) -> bool {
        match self {
            Self::Party | Self::Summary => true,
            Self::Person => !party.is_organization,
            Self::Organization => party.is_organization,
        }
    }

    /// The item type of a page; a page of Party mixes persons and organisations under their base contract.
    fn contract(self) -> &'static str {
        match self {
            Self::Party => "Membership.DataContracts.PartyData",
            Self::Person => "Membership.DataContracts.PersonData",
            Self::Organization => "Membership.DataContracts.OrganizationData",
            Self::Summary => "Membership.DataContracts.PartySummaryData",
        }
    }

    /// Property names that filters may use. Those of nested objects work with and without the way to them; the short
    /// spellings are the ones clients are seen to use (imis.md §4.4).
    fn resolve(self, name: &str) -> Option<Property> {
        let (name, kind) = match name.to_ascii_lowercase().as_str() {
            "partyid" | "id" => ("PartyId", Kind::Text),
            "uniformid" => ("UniformId", Kind::Text),
            "name" | "fullname" | "personname.fullname" => ("Name", Kind::Text),
            "sort" => ("Sort", Kind::Text),
            "email" | "emails.address" => ("Email", Kind::Text),
            "phone" | "phones.number" => ("Phone", Kind::Text),
            "cityname" => ("CityName", Kind::Text),
            "countryname" => ("CountryName", Kind::Text),
            "countrysubentityname" => ("CountrySubEntityName", Kind::Text),
            "isorganization" => ("IsOrganization", Kind::Flag),
            "ismarkedfordelete" => ("IsMarkedForDelete", Kind::Flag),
            "status" | "status.partystatusid" => ("Status", Kind::Text),
            // The rest is on the full contract alone.
            _ if self == Self::Summary => return None,
            "firstname" | "personname.firstname" => ("FirstName", Kind::Text),
            "lastname" | "personname.lastname" => ("LastName", Kind::Text),
            "middlename" | "personname.middlename" => ("MiddleName", Kind::Text),
            "websiteurl" => ("WebsiteUrl", Kind::Text),
            "organizationname" => ("OrganizationName", Kind::Text),
            "functionaltitle" => ("FunctionalTitle", Kind::Text),
            "primaryorganization.organizationpartyid" => ("PrimaryOrganization.OrganizationPartyId", Kind::Text),
            "primaryorganization.name" => ("PrimaryOrganization.Name", Kind::Text),
            "customertypecode" | "additionalattributes.customertypecode" => ("CustomerTypeCode", Kind::Text),
            "updatedon" | "updateinformation.updatedon" => ("UpdatedOn", Kind::Date),
            _ => return None,
        };
        Some(Property { name, kind })
    }
}

/// Who is looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eye<'a> {
    /// Staff see everything of everybody.
    Staff,
    /// A public user sees all of this one contact, and a glimpse of the others.
    Public { own: &'a str },
}

/// The properties that are searched by parts.
const COLUMNS: &[&str] = &[
    "PartyId",
    "Name",
    "FirstName",
    "LastName",
    "OrganizationName",
    "Email",
    "Phone",
    "CityName",
    "PrimaryOrganization.OrganizationPartyId",
    "PrimaryOrganization.Name",
];

/// All contacts.
#[derive(Debug)]
pub(super) struct Parties {
    all: Vec<Party>,
    by_id: HashMap<String, u32>,
    by_email: HashMap<String, Vec<u32>>,
    columns: HashMap<&'static str, Column>,
    collation: Collation,
    last_id: u32,
}

impl Parties {
    pub(super) fn new(all: Vec<Party>, collation: Collation) -> Self {
        let count = all.len();
        let mut parties = Self {
            all: Vec::with_capacity(count),
            by_id: HashMap::with_capacity(count),
            by_email: HashMap::with_capacity(count),
            columns: COLUMNS.iter().map(|&name| (name, Column::default())).collect(),
            collation,
            last_id: 0,
        };
        for party in all {
            parties.add(party);
        }
        parties
    }

    pub(super) fn add(&mut self, party: Party) {
        let Ok(index) = u32::try_from(self.all.len()) else { return };
        self.by_id.insert(party.id.clone(), index);
        self.last_id = self.last_id.max(party.id.parse().unwrap_or(0));
        self.all.push(party);
        self.enter(index);
    }

    /// Puts a contact in the place of the one with the same id; people of a renamed organisation get its new name.
    pub(super) fn replace(&mut self, party: Party) {
        let Some(&index) = self.by_id.get(&party.id) else { return };
        let old = &self.all[index as usize];
        let renamed = (party.is_organization && old.last != party.last).then(|| (party.id.clone(), party.last.clone()));
        self.leave(index);
        self.all[index as usize] = party;
        self.enter(index);
        let Some((id, name)) = renamed else { return };
        for index in
            self.columns["PrimaryOrganization.OrganizationPartyId"].find(Operation::Equal, &[id]).unwrap_or_default()
        {
            self.leave(index);
            if let Some((_, held)) = &mut self.all[index as usize].organization {
                held.clone_from(&name);
            }
            self.enter(index);
        }
    }

    fn enter(&mut self, index: u32) {
        let party = &self.all[index as usize];
        for email in &party.emails {
            let key = self.collation.fold(&email.address).into_owned();
            self.by_email.entry(key).or_default().push(index);
        }
        for (name, column) in &mut self.columns {
            for value in party.held(View::Party, name) {
                column.push(index, &self.collation.fold(&value));
            }
        }
    }

    fn leave(&mut self, index: u32) {
        for email in &self.all[index as usize].emails {
            if let Some(others) = self.by_email.get_mut(self.collation.fold(&email.address).as_ref()) {
                others.retain(|other| *other != index);
            }
        }
        for column in self.columns.values_mut() {
            column.forget(index);
        }
    }

    /// An id that no contact has.
    pub(super) fn next_id(&self) -> u32 {
        self.last_id + 1
    }

    /// The person whose primary address this is; nobody when it is several people's.
    pub(super) fn with_primary_email(&self, email: &str) -> Option<Party> {
        let found = self.by_email.get(self.collation.fold(email).as_ref())?;
        let mut found = found.iter().map(|&index| &self.all[index as usize]).filter(|party| {
            !party.is_organization && party.email().is_some_and(|first| first.eq_ignore_ascii_case(email))
        });
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    /// All of them, in the order they came.
    pub(super) fn everybody(&self) -> &[Party] {
        &self.all
    }

    pub(super) fn get(&self, id: &str) -> Option<&Party> {
        self.by_id.get(id).map(|&index| &self.all[index as usize])
    }

    /// One contact by id, in the contract of the view.
    pub(super) fn show(&self, view: View, eye: Eye<'_>, id: &str, dialect: Dialect) -> Option<Value> {
        let party = self.get(id).filter(|party| view.shows(party))?;
        Some(Self::render(party, view, eye, dialect))
    }

    fn render(party: &Party, view: View, eye: Eye<'_>, dialect: Dialect) -> Value {
        match (view, eye) {
            (View::Summary, Eye::Public { own }) if own != party.id => party.glimpse(Some(view.contract()), dialect),
            (View::Summary, _) => party.summary(dialect),
            (_, Eye::Public { own }) if own != party.id => party.glimpse(None, dialect),
            _ => party.full(dialect),
        }
    }

    /// A page of contacts, or the answer that refuses the query.
    pub(super) fn find(
        &self,
        (view, eye): (View, Eye<'_>),
        query: &str,
        most: usize,
        dialect: Dialect,
    ) -> Result<Value, Answer> {
        let find = Find::parse(query, most, |name| view.resolve(name))?.under(self.collation);
        let mut found = self.matching(view, &find);
        let window = Window { offset: find.offset, limit: find.limit, total: found.len() };
        self.order(view, &find, &mut found);
        let page = found.into_iter().skip(find.offset).take(find.limit);
        let items = page.map(|index| Self::render(&self.all[index as usize], view, eye, dialect)).collect();
        Ok(dialect.page(view.contract(), items, window))
    }

    /// Everybody the filters let through: the columns first, then the rest of the filters one contact after another.
    fn matching(&self, view: View, find: &Find) -> Vec<u32> {
        let mut narrowed: Option<Vec<u32>> = None;
        let mut narrow = |fits: Vec<u32>| {
            narrowed = Some(match narrowed.take() {
                None => fits,
                Some(others) => others.into_iter().filter(|index| fits.binary_search(index).is_ok()).collect(),
            });
        };
        let mut rest: Vec<&Criterion> = Vec::new();
        for criterion in &find.criteria {
            let fits = self.indexed(criterion);
            // A summary has one address and one number, the columns have all of them.
            let exact = view != View::Summary || !matches!(criterion.property.name, "Email" | "Phone");
            if fits.is_none() || !exact {
                rest.push(criterion);
            }
            fits.into_iter().for_each(&mut narrow);
        }
        if let Some(phrase) = &find.phrase {
            let values = [phrase.clone()];
            self.columns["Name"].find(Operation::Contains, &values).into_iter().for_each(&mut narrow);
        }
        if let Some(id) = &find.entity_id {
            narrow(self.by_id.get(id).copied().into_iter().collect());
        }
        let fits = |index: &u32| {
            let party = &self.all[*index as usize];
            view.shows(party)
                && rest.iter().all(|criterion| criterion.accepts(&party.held(view, criterion.property.name)))
        };
        match narrowed {
            Some(few) => few.into_iter().filter(fits).collect(),
            None => (0..).take(self.all.len()).filter(fits).collect(),
        }
    }

    /// Who fits a filter, in order, where an index or a column tells.
    fn indexed(&self, criterion: &Criterion) -> Option<Vec<u32>> {
        let values = &criterion.values;
        let exact = matches!(criterion.operation, Operation::Equal | Operation::In);
        let mut found: Vec<u32> = match criterion.property.name {
            "PartyId" if exact => values.iter().filter_map(|value| self.by_id.get(value).copied()).collect(),
            "Email" if exact => values.iter().filter_map(|value| self.by_email.get(value)).flatten().copied().collect(),
            name => return self.columns.get(name)?.find(criterion.operation, values),
        };
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Sorts as far as the page needs it; who compares equal keeps the order in which they came.
    fn order(&self, view: View, find: &Find, found: &mut [u32]) {
        let end = find.offset.saturating_add(find.limit);
        match &find.order[..] {
            [] => {}
            [(property, descending)] if self.columns.contains_key(property.name) && property.kind == Kind::Text => {
                let column = &self.columns[property.name];
                let compare = |one: &u32, other: &u32| {
                    let order = column.value(*one).cmp(column.value(*other));
                    if *descending { order.reverse() } else { order }.then(one.cmp(other))
                };
                let sorted = if end < found.len() {
                    found.select_nth_unstable_by(end, compare);
                    &mut found[..end]
                } else {
                    found
                };
                sorted.sort_unstable_by(compare);
            }
            _ => find.sort(found, |index, name| self.all[index as usize].held(view, name)),
        }
    }
}
