//! The postal address: found by its postal code, whose shape tells the country's way to write the rest.

use super::lists;
use super::text::{begins, digits, folded, plain, trimmed};
use super::{Found, Left};
use api::PostalAddress;

/// A part of a text between commas.
struct Piece {
    /// Which text it is of.
    of: usize,
    text: String,
    used: bool,
}

/// What a piece with a postal code says.
#[derive(Default)]
struct Town {
    city: String,
    region: String,
    code: String,
    country: &'static str,
}

/// The address; its parts are taken out of the texts.
pub(super) fn find(texts: &mut Vec<Left>) -> Option<Found<PostalAddress>> {
    let mut pieces: Vec<Piece> = vec![];
    for (of, left) in texts.iter().enumerate() {
        for text in left.text.split(", ").flat_map(|text| text.split(" – ")).flat_map(|text| text.split(" - ")) {
            let text = trimmed(text).to_owned();
            pieces.push(Piece { of, text, used: false });
        }
    }
    let find = |shapes: &[Shape]| {
        pieces.iter().enumerate().find_map(|(at, piece)| town(&piece.text, shapes).map(|town| (at, town)))
    };
    // Four or five digits before a word may be many things; the other shapes are postal codes for certain.
    let (at, town) = find(&[british, american, canadian, dashed]).or_else(|| find(&[continental]))?;
    let line = texts[pieces[at].of].line.clone();
    let address = around(&mut pieces, at, town);
    drop_country(&mut pieces, at);
    rebuild(texts, &pieces);
    Some(Found::in_line(address, &line))
}

fn around(pieces: &mut [Piece], at: usize, town: Town) -> PostalAddress {
    let mut address = PostalAddress {
        city: town.city,
        region: town.region,
        postal_code: town.code,
        country: town.country.to_owned(),
        lines: vec![],
    };
    pieces[at].used = true;
    let mut before = at;
    if address.region.is_empty() && address.city.is_empty() && before > 0 && is_state(&pieces[before - 1].text) {
        before -= 1;
        address.region.clone_from(&pieces[before].text);
        pieces[before].used = true;
    }
    if address.city.is_empty() && before > 0 && digits(&pieces[before - 1].text).is_empty() {
        before -= 1;
        address.city.clone_from(&pieces[before].text);
        pieces[before].used = true;
    }
    let mut lines: Vec<(usize, String)> = vec![];
    while before > 0 && before + 5 > at {
        let piece = &pieces[before - 1];
        let street_before = before > 1 && pieces[before - 2].of == piece.of && is_street(&pieces[before - 2].text);
        let house = is_house(&piece.text) && (!lines.is_empty() || street_before);
        // "Unit 7, Kirkstall Mills"
        let house = house || (street_before && lines.is_empty() && !super::work::has_work_word(&piece.text));
        if piece.of + 3 <= pieces[at].of || !(is_street(&piece.text) || house) {
            break;
        }
        before -= 1;
        pieces[before].used = true;
        let Piece { of, text, .. } = &pieces[before];
        // What stood in one line stays in one.
        match lines.first_mut().filter(|(line, _)| line == of) {
            Some((_, line)) => *line = [text, ", ", line.as_str()].concat(),
            None => lines.insert(0, (*of, text.clone())),
        }
    }
    let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    // "10115 Berlin, Hauptstr. 5", as some write it.
    if lines.is_empty()
        && let Some(next) = pieces.get_mut(at + 1)
        && is_street(&next.text)
        && digits(&next.text).len() <= 4
    {
        next.used = true;
        lines.push(next.text.clone());
    }
    address.lines = lines;
    for piece in pieces.iter_mut().skip(at + 1).take(2).filter(|piece| !piece.used) {
        let Some(country) = country(&piece.text) else { break };
        country.clone_into(&mut address.country);
        piece.used = true;
    }
    address
}

/// A house's number by itself.
fn is_house(text: &str) -> bool {
    text.len() <= 6 && text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(' ')
}

fn drop_country(pieces: &mut [Piece], at: usize) {
    for piece in pieces.iter_mut().skip(at + 1).filter(|piece| country(&piece.text).is_some()) {
        piece.used = true;
    }
}

fn rebuild(texts: &mut Vec<Left>, pieces: &[Piece]) {
    let mut of = 0;
    texts.retain_mut(|left| {
        let mine: Vec<&Piece> = pieces.iter().filter(|piece| piece.of == of).collect();
        of += 1;
        if mine.iter().all(|piece| !piece.used) {
            return true;
        }
        let kept: Vec<&str> = mine.iter().filter(|piece| !piece.used).map(|piece| piece.text.as_str()).collect();
        left.text = kept.join(", ");
        !left.text.is_empty()
    });
}

fn country(text: &str) -> Option<&'static str> {
    let words = plain(text);
    lists::COUNTRIES.iter().find(|(name, _)| *name == words).map(|(_, country)| country)
}

fn is_state(text: &str) -> bool {
    lists::STATES.has(text)
}

fn is_street(text: &str) -> bool {
    let words = plain(text);
    let numbers = digits(text).len();
    if words.is_empty() || numbers > 6 || words.split(' ').count() > 8 || text.contains('@') {
        return false;
    }
    let named = words.split(' ').any(|word| lists::STREET_WORDS.has(word))
        || lists::STREET_WORDS.iter().any(|street| street.contains(' ') && begins(&words, street))
        || words.split(' ').any(|word| word.len() > 5 && lists::STREET_ENDS.iter().any(|end| word.ends_with(end)));
    numbers > 0 && text.chars().any(char::is_alphabetic) || (named && !super::work::has_work_word(text))
}

type Shape = fn(&[&str]) -> Option<Town>;

/// City and postal code in one piece, in one of these shapes.
fn town(text: &str, shapes: &[Shape]) -> Option<Town> {
    let (text, mut found) = without_country(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let town = shapes.iter().find_map(|shape| shape(&words))?;
    trimmed(&town.city).clone_into(&mut found.city);
    found.region = town.region;
    found.code = town.code;
    if found.country.is_empty() {
        found.country = town.country;
    }
    let few = found.city.split_whitespace().count() <= 6;
    // "Praha 1" is a city; "1 item 2" is none.
    let named = !found.city.starts_with(|c: char| c.is_ascii_digit()) && digits(&found.city).len() <= 2;
    (few && named).then_some(found)
}

/// A country at the end of the piece: "10115 Berlin Germany", "10115 Berlin (D)".
fn without_country(text: &str) -> (String, Town) {
    let words: Vec<&str> = text.split_whitespace().collect();
    for length in (1..=3).rev().filter(|length| words.len() > length + 1) {
        let (rest, tail) = words.split_at(words.len() - length);
        if let Some(country) = country(&tail.join(" ")) {
            return (rest.join(" "), Town { country, ..Town::default() });
        }
    }
    (text.to_owned(), Town::default())
}

fn shape(word: &str) -> String {
    word.chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_uppercase() {
                'A'
            } else {
                c
            }
        })
        .collect()
}

/// City and state, where the state's name is spelled out.
fn spelled(words: &[&str]) -> Option<(String, &'static str)> {
    let all = plain(&words.join(" "));
    let (name, state) = lists::STATE_NAMES.iter().find(|(name, _)| super::text::ends(&all, name))?;
    let count = name.split(' ').count();
    Some((words[..words.len().checked_sub(count)?].join(" "), state))
}

fn is_outward(word: &str) -> bool {
    matches!(shape(word).as_str(), "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A")
}

/// `London SW1A 1AA`, `Dublin D02 X285`.
fn british(words: &[&str]) -> Option<Town> {
    let [city @ .., outward, inward] = words else { return None };
    if is_outward(outward) && shape(inward) == "9AA" {
        let code = [outward, " ", inward].concat();
        return Some(Town { city: city.join(" "), code, country: "United Kingdom", ..Town::default() });
    }
    let eircode = shape(outward) == "A99"
        && inward.len() == 4
        && inward.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    eircode.then(|| Town {
        city: city.join(" "),
        code: [outward, " ", inward].concat(),
        country: "Ireland",
        ..Town::default()
    })
}

/// `Austin, TX 78701`, `Sydney NSW 2000`.
fn american(words: &[&str]) -> Option<Town> {
    let [city @ .., state, code] = words else { return None };
    if shape(code).starts_with("99999")
        && let Some((city, state)) = spelled(&[city, &[*state]].concat())
    {
        return Some(Town { city, region: state.to_owned(), code: (*code).to_owned(), country: "United States" });
    }
    let zip = matches!(shape(code).as_str(), "99999" | "99999-9999" | "9999") && is_state(&state.replace('.', ""));
    let australian = code.len() == 4;
    if !zip || australian != (state.len() == 3) && !(australian && matches!(*state, "WA" | "SA" | "NT")) {
        return None;
    }
    let country = if australian { "Australia" } else { "United States" };
    Some(Town { city: city.join(" "), region: state.replace('.', ""), code: (*code).to_owned(), country })
}

/// `Toronto ON M5V 2T6`.
fn canadian(words: &[&str]) -> Option<Town> {
    let [city @ .., outward, inward] = words else { return None };
    if shape(outward) != "A9A" || shape(inward) != "9A9" {
        return None;
    }
    if let Some((city, state)) = spelled(city) {
        return Some(Town { city, region: state.to_owned(), code: [outward, " ", inward].concat(), country: "Canada" });
    }
    let (city, region) = match city {
        [city @ .., state] if is_state(state.trim_matches(['(', ')'])) => {
            (city.join(" "), state.trim_matches(['(', ')']).to_owned())
        }
        city => (city.join(" "), String::new()),
    };
    Some(Town { city, region, code: [outward, " ", inward].concat(), country: "Canada" })
}

/// The same where the code has a shape of its own.
fn dashed(words: &[&str]) -> Option<Town> {
    continental(words).filter(|town| town.code.contains([' ', '-']) || words[0].contains('-'))
}

/// The code before the city, as everywhere else.
fn continental(words: &[&str]) -> Option<Town> {
    let (first, rest) = words.split_first()?;
    let (prefix, bare) = prefixed(first);
    let second = rest.first().copied().unwrap_or_default();
    let (code, city, country) = match (shape(bare).as_str(), shape(second).as_str()) {
        ("9999", "AA") if !second.is_empty() && rest.len() > 1 => {
            ([bare, " ", second].concat(), &rest[1..], "Netherlands")
        }
        ("9999AA", _) => ([&bare[..4], " ", &bare[4..]].concat(), rest, "Netherlands"),
        ("999", "99") => ([bare, " ", second].concat(), &rest[1..], ""),
        ("99-999", _) => (bare.to_owned(), rest, "Poland"),
        ("9999-999", _) => (bare.to_owned(), rest, "Portugal"),
        ("99999" | "9999", _) => (bare.to_owned(), rest, ""),
        _ => return None,
    };
    let name = city.first()?;
    let plausible = super::text::is_capital(name)
        || matches!(folded(name).as_str(), "'s-hertogenbosch" | "s-gravenhage" | "l'aquila");
    let country = if country.is_empty() { prefix } else { country };
    let (city, region) = region(&city.join(" "));
    let street = plain(&city).split(' ').any(|word| lists::ENGLISH_STREETS.has(word));
    let company = street || super::work::has_work_word(&city) && !prefix.is_empty();
    (plausible && !company).then_some(Town { city, region, code, country })
}

/// `Milano (MI)`, `Paris Cedex 08`.
fn region(city: &str) -> (String, String) {
    if let Some((city, region)) = city.split_once(" (") {
        return (city.trim().to_owned(), region.trim_end_matches(')').to_owned());
    }
    let words: Vec<&str> = city.split(' ').take_while(|word| !word.eq_ignore_ascii_case("cedex")).collect();
    (words.join(" "), String::new())
}

/// `D-10115`, `CH-8001`, `F-75008`.
fn prefixed(word: &str) -> (&'static str, &str) {
    const PREFIXES: [(&str, &str); 17] = [
        ("DE-", "Germany"),
        ("D-", "Germany"),
        ("A-", "Austria"),
        ("AT-", "Austria"),
        ("CH-", "Switzerland"),
        ("F-", "France"),
        ("FR-", "France"),
        ("I-", "Italy"),
        ("IT-", "Italy"),
        ("E-", "Spain"),
        ("ES-", "Spain"),
        ("NL-", "Netherlands"),
        ("B-", "Belgium"),
        ("DK-", "Denmark"),
        ("S-", "Sweden"),
        ("SE-", "Sweden"),
        ("PL-", "Poland"),
    ];
    PREFIXES
        .iter()
        .find_map(|(prefix, country)| word.strip_prefix(prefix).map(|rest| (*country, rest)))
        .unwrap_or(("", word))
}
