//! Bodies that nobody means well with, and bodies cut anywhere: always an answer, and soon.

use flows::signature::{Author, read};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1 << 20;
const QUARTER: usize = MEGABYTE / 4;
/// Without optimisation, on a busy machine, all of them together take a dozen seconds; whatever grows with the
/// square of so much takes hours.
const LONG: Duration = Duration::from_mins(2);

fn whoever() -> Author<'static> {
    Author { name: "Ada Lovelace", address: None, own: &[] }
}

#[test]
fn much_of_anything_is_read_in_no_time() {
    let pieces = [
        "a",
        " ",
        "\n",
        ">",
        "-",
        "--\n",
        "1",
        "+",
        "(",
        "1 ",
        "+1(",
        "\t",
        "|",
        ",",
        ", 1 ",
        "<",
        "<http:",
        "[",
        "@",
        "a@",
        "www.",
        "x.",
        "From: a\n",
        "Von:\nAn",
        "wrote:\n",
        "On 1 wrote:\n",
        "Best regards\n",
        "Regards,\nAda\n",
        "Ada Lovelace\n",
        "ﬀ",
        "İ",
        "ẞ",
        "\u{301}",
        "12345 Berlin, ",
        "HRB ",
        "Tel. ",
        "Ltd ",
        "a, b at c - d\n",
        "\u{a0}",
        "ext 1 ",
    ];
    let begun = Instant::now();
    for piece in pieces {
        let behind_a_closing = ["Regards\nAda Lovelace\n", &piece.repeat(QUARTER / piece.len())].concat();
        let _ = read(&behind_a_closing, &whoever());
    }
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

#[test]
fn a_signature_below_a_megabyte_of_text_is_found_still() {
    let mut body = String::new();
    while body.len() < MEGABYTE {
        let _ =
            writeln!(body, "The minutes of the meeting go on, and on, and there is no end in sight for anybody here.");
    }
    body.push_str("\nKind regards\nAda Lovelace\nTel. +44 20 7946 0123\n");
    let signature = read(&body, &whoever());
    assert_eq!(signature.phones[0].value.number, "+44 20 7946 0123");
}

#[test]
fn a_body_cut_or_mixed_up_anywhere_is_read_without_harm() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/signatures"));
    let mut text = String::new();
    for file in std::fs::read_dir(folder).expect("there") {
        text.push_str(&std::fs::read_to_string(file.expect("listed").path()).expect("readable"));
    }
    let letters: Vec<char> = text.chars().collect();
    // A fixed order of surprises (a linear congruence), so that a failure comes again.
    let mut state: u64 = 42;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    for _ in 0..1_000 {
        let start = next(letters.len() - 500);
        let mut body: Vec<char> = letters[start..start + 1 + next(499)].to_vec();
        for _ in 0..next(40) {
            let (from, to) = (next(letters.len()), next(body.len()));
            body[to] = letters[from];
        }
        let body: String = body.into_iter().collect();
        let name: String = letters[start..start + next(30)].iter().collect();
        let _ = read(&["Regards\n", &body].concat(), &Author { name: &name, address: None, own: &[] });
        let _ = read(&body, &whoever());
    }
}
