//! What a site settles about contacts: where their profiles are, whose addresses are its own, who may add them.

use super::public_url::secure_or_loopback;
use super::reader::Section;
use std::fmt;
use url::Url;

/// Whether the organisation of an unknown address is guessed by its domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByDomain {
    /// It is; public mail providers are left out.
    #[default]
    Guessed,
    /// It is not.
    Off,
}

/// The settings of a site that are about contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactSettings {
    /// The staff's page of a contact; its iMIS ID is added as `ID`.
    pub profile_url: Option<Url>,
    /// The path of the query that searches contacts in the place of `Party`.
    pub search_query: Option<String>,
    /// Domains whose addresses are colleagues and not contacts; in lower case.
    pub own_domains: Vec<String>,
    /// Whether organisations are guessed.
    pub organisations_by_domain: ByDomain,
    /// Who may add contacts; empty leaves it to iMIS.
    pub add_roles: Vec<String>,
    /// Who may change contacts; likewise.
    pub change_roles: Vec<String>,
}

impl ContactSettings {
    /// The profile page of a contact.
    pub fn profile_of(&self, id: &str) -> Option<Url> {
        let mut page = self.profile_url.clone()?;
        let others: Vec<(String, String)> = page
            .query_pairs()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("id"))
            .map(|(n, v)| (n.into(), v.into()))
            .collect();
        page.query_pairs_mut().clear().extend_pairs(others).append_pair("ID", id);
        Some(page)
    }
}

/// Reads them out of a site's section.
pub(super) fn read(section: &mut Section<'_>) -> ContactSettings {
    let own_domains = section.texts("own_domains").unwrap_or_default();
    let own_domains: Vec<String> =
        own_domains.iter().map(|domain| domain.trim().trim_start_matches('@').to_lowercase()).collect();
    if let Some(strange) = own_domains.iter().find(|domain| !is_domain(domain)) {
        section.fault("own_domains", format!("holds `{strange}`, which is not a domain such as example.org"));
    }
    let search_query = section.parsed("search_query", query_path);
    ContactSettings {
        profile_url: section.parsed("profile_url", profile_url),
        search_query,
        own_domains,
        organisations_by_domain: match section.switch("organisations_by_domain") {
            Some(false) => ByDomain::Off,
            Some(true) | None => ByDomain::Guessed,
        },
        add_roles: section.texts("add_contact_roles").unwrap_or_default(),
        change_roles: section.texts("change_contact_roles").unwrap_or_default(),
    }
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|label| !label.is_empty())
        && !text.contains(|c: char| c == '@' || c == '/' || c.is_whitespace())
}

/// The path of a query as iMIS writes it: `$/Samples/Contacts`.
pub(super) fn query_path(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.starts_with("$/") && text.len() > 2 && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("must be the path of a query, such as $/Contacts/Search")
    }
}

fn profile_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim())
        .map_err(|_| "must be a URL such as https://staff.example.org/Account_Page_Staff.aspx")?;
    let named = !url.username().is_empty() || url.password().is_some();
    if !secure_or_loopback(&url) || named || url.fragment().is_some() {
        return Err("must be https (http is taken on localhost only), without user name and fragment");
    }
    Ok(url)
}

impl fmt::Display for ContactSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.profile_url {
            Some(url) => writeln!(f, "profile_url = \"{url}\"")?,
            None => writeln!(f, "# profile_url: not set, so cards have no link to iMIS")?,
        }
        if let Some(query) = &self.search_query {
            writeln!(f, "search_query = {query:?}")?;
        }
        writeln!(f, "own_domains = {:?}", self.own_domains)?;
        writeln!(f, "organisations_by_domain = {}", self.organisations_by_domain == ByDomain::Guessed)?;
        writeln!(f, "add_contact_roles = {:?}", self.add_roles)?;
        writeln!(f, "change_contact_roles = {:?}", self.change_roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_contact_is_a_pair_of_its_own_whatever_stands_in_it() {
        let of = |page: &str, id: &str| {
            let settings =
                ContactSettings { profile_url: Some(profile_url(page).unwrap()), ..ContactSettings::default() };
            settings.profile_of(id).unwrap().to_string()
        };
        assert_eq!(of("https://a.example/Profile.aspx", "101"), "https://a.example/Profile.aspx?ID=101");
        assert_eq!(of("https://a.example/P.aspx?WebsiteKey=x&id=", "1"), "https://a.example/P.aspx?WebsiteKey=x&ID=1");
        assert_eq!(of("https://a.example/P.aspx", "1&b=c#d"), "https://a.example/P.aspx?ID=1%26b%3Dc%23d");
        for bad in ["javascript:alert(1)", "http://a.example/", "https://a:b@c.example/", "https://a.example/#x", "a"] {
            assert!(profile_url(bad).is_err(), "{bad}");
        }
    }
}
