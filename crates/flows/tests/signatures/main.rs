//! How well signatures are read: every case of the corpus, counted field by field.
//!
//! A case is a header of `key: value` lines, `---`, and the body as Outlook gives it. What its header does not
//! name is not to be found; what is found all the same counts against the precision.

#![expect(clippy::print_stdout, reason = "the counts are what this test is read for")]

mod hostile;

use api::EmailAddress;
use flows::signature::{Author, PhoneKind, Signature, read};
use std::collections::BTreeMap;
use std::path::Path;

/// Fields that must be good enough; the others are printed alone.
const ESSENTIAL: [&str; 4] = ["name", "phone", "email", "organisation"];
const PRECISION: f64 = 0.95;
const RECALL: f64 = 0.9;

struct Case {
    title: String,
    name: String,
    address: Option<EmailAddress>,
    expected: BTreeMap<&'static str, Vec<String>>,
    body: String,
}

fn cases(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).expect("a corpus file can be read");
    text.split("=== ").skip(1).map(case).collect()
}

fn case(text: &str) -> Case {
    let (title, rest) = text.split_once('\n').expect("a title stands alone in its line");
    let (header, body) = rest.split_once("---\n").expect("`---` ends the header");
    let mut case = Case {
        title: title.to_owned(),
        name: String::new(),
        address: None,
        expected: BTreeMap::new(),
        body: body.to_owned(),
    };
    let (mut first, mut street) = (String::new(), String::new());
    for line in header.lines() {
        let (key, value) = line.split_once(": ").unwrap_or_else(|| panic!("{title}: {line}"));
        let key = match key {
            "from" => {
                let (name, address) = value.split_once(" <").unwrap_or(("", value));
                name.trim_matches('"').clone_into(&mut case.name);
                case.address = EmailAddress::parse(address.trim_end_matches('>')).ok();
                continue;
            }
            "first" => {
                value.clone_into(&mut first);
                continue;
            }
            "street" => {
                value.clone_into(&mut street);
                "street"
            }
            "last" => "name",
            "title" => "title",
            "organisation" => "organisation",
            "phone" => "phone",
            "email" => "email",
            "web" => "web",
            "city" => "city",
            "region" => "region",
            "postal code" => "postal code",
            "country" => "country",
            other => panic!("{title}: no field {other}"),
        };
        if key == "phone" {
            let (kind, number) = value.split_once(' ').expect("a phone has a kind");
            case.expected.entry("phone").or_default().push(digits(number));
            case.expected.entry("kind of phone").or_default().push(format!("{kind} {}", digits(number)));
        } else {
            let value = if key == "name" { format!("{first} | {value}") } else { value.to_owned() };
            case.expected.entry(key).or_default().push(value);
        }
    }
    case
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn found(signature: Signature) -> BTreeMap<&'static str, Vec<String>> {
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut add = |key: &'static str, value: String| {
        if !value.is_empty() {
            found.entry(key).or_default().push(value);
        }
    };
    if let Some(name) = signature.name {
        add("name", format!("{} | {}", name.value.first, name.value.last));
    }
    add("title", signature.title.map(|title| title.value).unwrap_or_default());
    add("organisation", signature.organisation.map(|organisation| organisation.value).unwrap_or_default());
    for phone in signature.phones {
        let kind = match phone.value.kind {
            PhoneKind::Work => "work",
            PhoneKind::Mobile => "mobile",
            PhoneKind::Home => "home",
            PhoneKind::Fax => "fax",
        };
        add("phone", digits(&phone.value.number));
        add("kind of phone", format!("{kind} {}", digits(&phone.value.number)));
    }
    for email in signature.emails {
        add("email", email.value.to_string());
    }
    add("web", signature.website.map(|site| site.value).unwrap_or_default());
    if let Some(address) = signature.address {
        add("street", address.value.lines.join(", "));
        add("city", address.value.city);
        add("region", address.value.region);
        add("postal code", address.value.postal_code);
        add("country", address.value.country);
    }
    found
}

/// How often a field was expected, found, and right.
#[derive(Clone, Copy, Default)]
struct Count {
    expected: u32,
    found: u32,
    right: u32,
}

impl Count {
    fn precision(self) -> f64 {
        ratio(self.right, self.found)
    }

    fn recall(self) -> f64 {
        ratio(self.right, self.expected)
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

type Counts = BTreeMap<&'static str, Count>;

fn count(case: &Case, counts: &mut Counts) {
    let author = Author { name: &case.name, address: case.address.as_ref(), own: &own() };
    let found = found(read(&case.body, &author));
    let keys: std::collections::BTreeSet<&&str> = found.keys().chain(case.expected.keys()).collect();
    for key in keys {
        let expected = case.expected.get(*key).cloned().unwrap_or_default();
        let found = found.get(*key).cloned().unwrap_or_default();
        let right = right(&expected, &found);
        if right != expected.len() || right != found.len() {
            println!("{}: {key}: expected {expected:?}, found {found:?}", case.title);
        }
        let count = counts.entry(key).or_default();
        let number = |length: usize| u32::try_from(length).expect("a few");
        count.expected += number(expected.len());
        count.found += number(found.len());
        count.right += number(right);
    }
}

/// How many of those found were expected: what was expected once is right once, however often it is found.
fn right(expected: &[String], found: &[String]) -> usize {
    let mut left = expected.to_vec();
    let mut takes = |value: &&String| left.iter().position(|one| one == *value).map(|place| left.swap_remove(place));
    found.iter().filter_map(|value| takes(&value)).count()
}

#[test]
fn the_same_found_twice_is_right_once() {
    let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    for (expected, found, count) in
        [(&["1", "2"][..], &["1", "1"][..], 1), (&["1", "1"], &["1", "1"], 2), (&["1"], &["2"], 0), (&[], &["1"], 0)]
    {
        assert_eq!(right(&of(expected), &of(found)), count, "{expected:?} {found:?}");
    }
}

fn own() -> Vec<EmailAddress> {
    vec![EmailAddress::parse("staff@association.example").expect("a constant address")]
}

#[test]
fn every_field_is_found_and_little_else() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/signatures"));
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("there").map(|file| file.expect("listed").path()).collect();
    files.sort();
    let mut all = Counts::new();
    let mut number = 0;
    for file in files {
        let mut counts = Counts::new();
        let cases = cases(&file);
        for case in &cases {
            count(case, &mut counts);
        }
        number += cases.len();
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        print(&format!("{name}, {} cases", cases.len()), &counts);
        for (key, of_file) in counts {
            let sum = all.entry(key).or_default();
            sum.expected += of_file.expected;
            sum.found += of_file.found;
            sum.right += of_file.right;
        }
    }
    print(&format!("all {number} cases"), &all);
    assert!(number >= 80, "{number} cases");
    for field in ESSENTIAL {
        let count = all.get(field).copied().unwrap_or_default();
        assert!(count.precision() >= PRECISION, "{field}: precision {:.3}", count.precision());
        assert!(count.recall() >= RECALL, "{field}: recall {:.3}", count.recall());
    }
}

fn print(title: &str, counts: &Counts) {
    println!(
        "\n{title}\n{:<15} {:>9} {:>7} {:>9} {:>6} {:>6}",
        "field", "precision", "recall", "expected", "found", "right"
    );
    for (field, count) in counts {
        println!(
            "{field:<15} {:>9.3} {:>7.3} {:>9} {:>6} {:>6}",
            count.precision(),
            count.recall(),
            count.expected,
            count.found,
            count.right
        );
    }
}
