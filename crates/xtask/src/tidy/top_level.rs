//! What a visitor sees first (DESIGN.md §3).

const EXPECTED: [&str; 10] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "Trunk.toml",
    "crates",
    "manifest.xml",
    "static",
    "tests",
];

/// Entries that do not belong at the top; dot-files and cargo's own folder are not looked at.
pub(super) fn faults(names: &[String]) -> Vec<String> {
    names
        .iter()
        .filter(|name| !name.starts_with('.') && *name != "target" && !EXPECTED.contains(&name.as_str()))
        .map(|name| format!("`{name}` does not belong at the top level"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn a_stray_entry_is_found() {
        let names = ["Cargo.toml", "crates", "target", ".git", "notes.txt"].map(str::to_owned);
        assert_eq!(faults(&names), ["`notes.txt` does not belong at the top level"]);
    }
}
