//! Who may depend on whom (DESIGN.md §3).

use cargo_metadata::{DependencyKind, Metadata};

/// One crate of the house and what it names in its manifest.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) needs: Vec<Need>,
}

/// One dependency of a crate.
pub(super) struct Need {
    pub(super) name: String,
    /// Whether tests alone use it.
    pub(super) in_tests: bool,
}

struct Rule {
    name: &'static str,
    /// Crates of ours it may use.
    ours: &'static [&'static str],
    /// Crates of ours its tests may use besides.
    ours_in_tests: &'static [&'static str],
    /// Crates of others that would tell it what it must not know.
    never: &'static [&'static str],
}

const fn rule(name: &'static str, ours: &'static [&'static str], never: &'static [&'static str]) -> Rule {
    Rule { name, ours, ours_in_tests: &[], never }
}

const fn rule_with_tests(
    name: &'static str,
    ours: &'static [&'static str],
    ours_in_tests: &'static [&'static str],
    never: &'static [&'static str],
) -> Rule {
    Rule { name, ours, ours_in_tests, never }
}

const BROWSER: [&str; 5] = ["leptos", "web-sys", "js-sys", "wasm-bindgen", "wasm-bindgen-futures"];

const HOUSE: [Rule; 9] = [
    rule(
        "api",
        &[],
        &[
            "leptos",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "reqwest",
            "axum",
            "http",
            "hyper",
            "tokio",
            "time",
            "chrono",
            "url",
        ],
    ),
    rule(
        "flows",
        &["api"],
        &[
            "leptos",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "wasm-bindgen-futures",
            "reqwest",
            "axum",
            "tokio",
            "time",
            "getrandom",
        ],
    ),
    rule("office", &[], &["leptos", "reqwest", "axum", "tokio"]),
    rule("taskpane", &["api", "flows", "office"], &["reqwest", "axum", "tokio", "jsonwebtoken"]),
    rule_with_tests(
        "imis",
        &[],
        &["sim"],
        &["axum", "leptos", "web-sys", "js-sys", "wasm-bindgen", "sqlx", "jsonwebtoken"],
    ),
    rule_with_tests("server", &["api", "imis"], &["sim"], &BROWSER),
    rule("sim", &[], &["leptos", "web-sys", "js-sys", "wasm-bindgen"]),
    rule("tests", &["api", "server", "sim"], &["leptos", "web-sys", "js-sys", "wasm-bindgen"]),
    rule("xtask", &[], &["axum", "leptos", "tokio", "reqwest"]),
];

/// The crates of this workspace.
pub(super) fn members(metadata: &Metadata) -> Vec<Member> {
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| Member {
            name: package.name.to_string(),
            needs: package
                .dependencies
                .iter()
                .map(|dependency| Need {
                    name: dependency.name.clone(),
                    in_tests: dependency.kind == DependencyKind::Development,
                })
                .collect(),
        })
        .collect()
}

/// What is against the table.
pub(super) fn faults(members: &[Member]) -> Vec<String> {
    members.iter().flat_map(faults_of).collect()
}

fn faults_of(member: &Member) -> Vec<String> {
    let name = &member.name;
    let Some(rule) = HOUSE.iter().find(|rule| rule.name == name) else {
        return vec![format!("`{name}` is not in the table of crates (DESIGN.md §3)")];
    };
    let is_ours = |need: &Need| HOUSE.iter().any(|rule| rule.name == need.name);
    let allowed = |need: &Need| {
        rule.ours.contains(&need.name.as_str()) || need.in_tests && rule.ours_in_tests.contains(&need.name.as_str())
    };
    member
        .needs
        .iter()
        .filter(|need| is_ours(need) && !allowed(need) || rule.never.contains(&need.name.as_str()))
        .map(|need| format!("`{name}` must not depend on `{}`", need.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Member, Need, faults};

    fn one(name: &str, needs: &[(&str, bool)]) -> Vec<String> {
        let needs = needs.iter().map(|(name, in_tests)| Need { name: (*name).to_owned(), in_tests: *in_tests });
        faults(&[Member { name: name.to_owned(), needs: needs.collect() }])
    }

    #[test]
    fn the_table_itself_is_allowed() {
        assert_eq!(one("taskpane", &[("api", false), ("flows", false), ("office", false), ("leptos", false)]), [""; 0]);
        assert_eq!(one("server", &[("api", false), ("imis", false), ("sim", true), ("axum", false)]), [""; 0]);
    }

    #[test]
    fn a_crate_of_ours_that_is_not_in_the_row_is_refused() {
        assert_eq!(one("flows", &[("office", false)]), ["`flows` must not depend on `office`"]);
        assert_eq!(one("sim", &[("imis", true)]), ["`sim` must not depend on `imis`"]);
    }

    #[test]
    fn the_stand_ins_are_for_tests_alone() {
        assert_eq!(one("server", &[("sim", false)]), ["`server` must not depend on `sim`"]);
    }

    #[test]
    fn a_library_that_says_too_much_is_refused() {
        assert_eq!(one("flows", &[("web-sys", false)]), ["`flows` must not depend on `web-sys`"]);
        assert_eq!(one("imis", &[("axum", false)]), ["`imis` must not depend on `axum`"]);
        assert_eq!(one("server", &[("leptos", false)]), ["`server` must not depend on `leptos`"]);
    }

    #[test]
    fn an_unknown_crate_is_refused() {
        assert_eq!(one("helpers", &[]), ["`helpers` is not in the table of crates (DESIGN.md §3)"]);
    }
}
