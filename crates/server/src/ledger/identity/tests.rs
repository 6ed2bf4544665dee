//! The corpus of pairs: `tests/corpora/duplicates`.

use super::*;
use time::PrimitiveDateTime;
use time::macros::format_description;

/// Two messages, whether they are one, and why.
pub(crate) struct Pair {
    pub(crate) why: String,
    pub(crate) same: bool,
    pub(crate) messages: [MessageFacts; 2],
}

/// Every pair of the corpus.
pub(crate) fn corpus() -> Vec<Pair> {
    let text = include_str!("../../../tests/corpora/duplicates/pairs.txt");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    let pair = |lines: &[&str]| {
        let [verdict, one, other] = lines else { panic!("a pair has three lines: {lines:?}") };
        let (word, why) = verdict.split_once(": ").unwrap();
        let same = match word {
            "same" => true,
            "other" => false,
            _ => panic!("{verdict}"),
        };
        Pair { why: why.to_owned(), same, messages: [message(one), message(other)] }
    };
    lines.chunks(3).map(pair).collect()
}

fn message(line: &str) -> MessageFacts {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| text != "-");
    let address = |text: &str| EmailAddress::parse(text).unwrap();
    let (copy, rest) = line.split_once(char::is_whitespace).unwrap();
    let (time, rest) = rest.trim_start().split_once("  ").unwrap();
    let (id, rest) = rest.trim_start().split_once("  ").unwrap();
    let (from, rest) = rest.trim_start().split_once(" > ").unwrap();
    let (to, subject) = rest.split_once(" | ").unwrap();
    let ms = |time: String| {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        let at = PrimitiveDateTime::parse(&time, &format).unwrap();
        at.assume_utc().unix_timestamp() * 1000
    };
    let outgoing = match copy {
        "sent" => true,
        "got" => false,
        _ => panic!("{line}"),
    };
    MessageFacts {
        message_id: given(id).unwrap_or_default(),
        subject: given(subject).unwrap_or_default(),
        sent_ms: given(time).map(ms),
        from: given(from).map(|from| address(&from)),
        recipients: given(to).map(|to| to.split(',').map(address).collect()).unwrap_or_default(),
        outgoing,
        ..MessageFacts::default()
    }
}

#[test]
fn every_pair_of_the_corpus_is_told_right_whichever_comes_first() {
    let pairs = corpus();
    let told = |same| pairs.iter().filter(|pair| pair.same == same).count();
    assert!(told(true) >= 30 && told(false) >= 30, "{} and {}", told(true), told(false));
    let wrong: Vec<&str> = pairs
        .iter()
        .filter(|pair| {
            let [one, other] = pair.messages.each_ref().map(Identity::of);
            one.is(&other) != pair.same || other.is(&one) != pair.same
        })
        .map(|pair| &*pair.why)
        .collect();
    assert!(wrong.is_empty(), "{} of {} are wrong: {wrong:#?}", wrong.len(), pairs.len());
}

#[test]
fn a_message_is_one_with_itself_wherever_it_is_known_by_anything() {
    for pair in corpus() {
        for message in &pair.messages {
            let identity = Identity::of(message);
            let known = identity.id.is_some() || (identity.facts.is_some() && identity.sent_ms.is_some());
            assert_eq!(identity.is(&identity), known, "{}", pair.why);
        }
    }
}

#[test]
fn names_need_the_key_and_tell_sites_apart() {
    let identity = Identity::of(&corpus()[0].messages[0]);
    let (one, other) = (Key::new([1; 32]), Key::new([2; 32]));
    let names = identity.names(&one, "live");
    assert_eq!(names, identity.names(&one, "live"));
    for others in [identity.names(&other, "live"), identity.names(&one, "test")] {
        assert!(names.message.is_some() && names.message != others.message);
        assert!(names.facts.is_some() && names.facts != others.facts);
    }
    assert_ne!(names.message, names.facts);
}
