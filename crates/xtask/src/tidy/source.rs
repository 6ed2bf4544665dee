//! What every source file has, and what none may have.

/// Attributes that hide a test's failure.
const HIDING: [&str; 2] = [concat!("#[", "ignore"), concat!("#[", "should_panic")];

/// Waiting for time to pass instead of for what is to happen.
const SLEEPS: [&str; 2] = [concat!("thread::", "sleep"), concat!("time::", "sleep")];

/// The faults of one file, named as it stands in the checkout.
pub(super) fn faults(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.trim_start().starts_with("//!") {
        faults.push(format!("{name}: does not begin with `//!` and its purpose"));
    }
    let mut in_tests = is_test_file(name);
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        in_tests |= code.starts_with("#[cfg(test)]");
        for attribute in HIDING.iter().filter(|attribute| code.contains(**attribute)) {
            faults.push(format!("{name}:{number}: `{attribute}…]` hides a failure"));
        }
        if in_tests && SLEEPS.iter().any(|sleep| code.contains(sleep)) {
            faults.push(format!("{name}:{number}: a test sleeps; wait for what it expects"));
        }
    }
    faults
}

/// The harness looks again and again for what a story expects: it alone may
/// pause between two looks.
fn is_test_file(name: &str) -> bool {
    (name.starts_with("tests/") || name.contains("/tests/"))
        && !name.starts_with("tests/support/")
        && !name.starts_with("tests/bench/")
}

#[cfg(test)]
mod tests {
    use super::{HIDING, SLEEPS, faults};

    #[test]
    fn a_file_with_a_purpose_is_fine() {
        assert_eq!(faults("crates/a/src/lib.rs", "//! Purpose.\nfn main() {}\n"), [""; 0]);
    }

    #[test]
    fn a_file_without_a_purpose_is_found() {
        assert_eq!(faults("a.rs", "fn main() {}\n").len(), 1);
    }

    #[test]
    fn hidden_failures_are_found() {
        for attribute in HIDING {
            assert_eq!(faults("a.rs", &format!("//! A.\n{attribute}]\n")).len(), 1, "{attribute}");
        }
    }

    #[test]
    fn a_sleep_is_found_in_a_test_and_nowhere_else() {
        for sleep in SLEEPS {
            let call = format!("//! A.\nstd::{sleep}(x);\n");
            assert_eq!(faults("tests/server/save.rs", &call).len(), 1, "{sleep}");
            assert_eq!(faults("tests/support/pane.rs", &call), [""; 0], "{sleep}");
            assert_eq!(faults("crates/a/src/lib.rs", &call), [""; 0], "{sleep}");
            let below = format!("//! A.\n#[cfg(test)]\nmod tests {{\nstd::{sleep}(x);\n}}\n");
            assert_eq!(faults("crates/a/src/lib.rs", &below).len(), 1, "{sleep}");
        }
    }
}
