//! The glue without its comments and indentation.
//!
//! Lines alone are judged: a script with a template literal over several lines
//! is left as it is, because there the start of a line may be text.

/// Drops comment lines and indentation; code is never changed.
pub(super) fn without_comments(script: &str) -> String {
    if script.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return script.to_owned();
    }
    let mut kept = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        if in_comment {
            in_comment = !line.ends_with("*/");
        } else if line.starts_with("/*") {
            // A comment with code after it on the same line is kept whole.
            match line.find("*/") {
                None => in_comment = true,
                Some(end) if end + 2 == line.len() => {}
                Some(_) => push(&mut kept, line),
            }
        } else if !line.is_empty() && !line.starts_with("//") {
            push(&mut kept, line);
        }
    }
    kept
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let script =
            "/* head */\n/**\n * @param {number} a\n */\nfunction f(a) {\n    // note\n    return a; // kept\n}\n";
        assert_eq!(without_comments(script), "function f(a) {\nreturn a; // kept\n}\n");
    }

    #[test]
    fn a_comment_before_code_on_one_line_is_kept() {
        assert_eq!(without_comments("/* a */ let b;\n"), "/* a */ let b;\n");
    }

    #[test]
    fn a_literal_over_several_lines_leaves_the_script_alone() {
        let script = "let a = `one\n  // two`;\n";
        assert_eq!(without_comments(script), script);
    }
}
