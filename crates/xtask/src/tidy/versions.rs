//! Versions stand in one place, and those that must agree do.

/// Dependencies of a member that do not take their version from the root.
pub(super) fn inherited(member: &str, manifest: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut among_dependencies = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            among_dependencies = section.ends_with("dependencies");
            if section.contains("dependencies.") {
                faults.push(format!("{member}: `[{section}]` belongs on one line with `workspace = true`"));
            }
        } else if among_dependencies && !line.is_empty() && !line.starts_with('#') && !line.contains("workspace = true")
        {
            faults.push(format!("{member}: `{line}` must take its version from the root (`workspace = true`)"));
        }
    }
    faults
}

/// wasm-bindgen's macro, library and command line speak one format a version.
pub(super) fn bindgen(lock: &str, expected: &str) -> Vec<String> {
    ["wasm-bindgen", "wasm-bindgen-cli-support"]
        .into_iter()
        .filter_map(|package| {
            let found = locked(lock, package);
            let agree = found == [expected];
            (!agree).then(|| format!("Cargo.lock has `{package}` {found:?}, xtask is written for {expected}"))
        })
        .collect()
}

fn locked<'lock>(lock: &'lock str, package: &str) -> Vec<&'lock str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while let Some(line) = lines.next() {
        if line == name {
            let version = lines.next().and_then(|line| line.strip_prefix("version = "));
            versions.extend(version.map(|version| version.trim_matches('"')));
        }
    }
    versions
}

/// The boot module asks before the wasm is there, in the same version of the words.
pub(super) fn vocabulary(api: &str, boot: &str) -> Vec<String> {
    let constant = |name: &str| {
        let (_, rest) = api.split_once(&format!("pub const {name}: &str = \""))?;
        rest.split('"').next()
    };
    let (Some(header), Some(version)) = (constant("VERSION_HEADER"), constant("VERSION")) else {
        return vec!["crates/api/src/lib.rs: VERSION or VERSION_HEADER is not where tidy looks".to_owned()];
    };
    let expected = format!("\"{header}\": \"{version}\"");
    if boot.contains(&expected) {
        return Vec::new();
    }
    vec![format!("crates/taskpane/boot.js: does not send {expected} as crates/api says")]
}

#[cfg(test)]
mod tests {
    use super::{bindgen, inherited, vocabulary};

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\n\n\
                        [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"0.2.1\"\n";

    #[test]
    fn a_version_in_a_member_is_found() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\nserde.workspace = true\ntime = \"0.3\"\n";
        assert_eq!(inherited("a", manifest).len(), 1);
        assert_eq!(inherited("a", &manifest.replace("time = \"0.3\"", "time = { workspace = true }")), [""; 0]);
    }

    #[test]
    fn a_version_in_a_section_of_its_own_is_found() {
        assert_eq!(inherited("a", "[dependencies.time]\nversion = \"0.3\"\n").len(), 1);
        assert_eq!(inherited("a", "[target.'cfg(unix)'.dev-dependencies]\ntime = \"0.3\"\n").len(), 1);
    }

    #[test]
    fn versions_of_bindgen_that_differ_are_found() {
        assert_eq!(bindgen(LOCK, "0.2.1"), [""; 0]);
        assert_eq!(bindgen(LOCK, "0.2.2").len(), 2);
        assert_eq!(bindgen(&LOCK.replacen("0.2.1", "0.2.0", 1), "0.2.1").len(), 1);
        assert_eq!(bindgen(&format!("{LOCK}{LOCK}"), "0.2.1").len(), 2);
    }

    #[test]
    fn a_boot_module_of_another_version_is_found() {
        let api = "pub const VERSION: &str = \"2\";\npub const VERSION_HEADER: &str = \"x-addin\";\n";
        assert_eq!(vocabulary(api, "{ \"x-addin\": \"2\" }"), [""; 0]);
        assert_eq!(vocabulary(api, "{ \"x-addin\": \"1\" }").len(), 1);
        assert_eq!(vocabulary("", "{ \"x-addin\": \"1\" }").len(), 1);
    }
}
