//! Names as people type them: without case, accents and ligatures.
//!
//! For comparing and for guessing other spellings only; what is shown is never folded.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Letters that carry their mark inside, and how people write them without it.
const INSEPARABLE: [(char, &str); 10] = [
    ('ł', "l"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ı', "i"),
    ('’', "'"),
];

/// How letters without marks are most often spelt with them.
const MARKED: [(char, &str); 13] = [
    ('a', "áäàãåâă"),
    ('c', "çčć"),
    ('d', "đ"),
    ('e', "éèëêęě"),
    ('g', "ğ"),
    ('i', "íïî"),
    ('l', "ł"),
    ('n', "ñńň"),
    ('o', "óöøôõ"),
    ('r', "ř"),
    ('s', "šśş"),
    ('u', "úüûů"),
    ('z', "žźż"),
];

/// Most bytes that a list of spellings takes in a query, as encoded.
const SPELLINGS_MAX_BYTES: usize = 1200;

/// The text without case and accents.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match INSEPARABLE.iter().find(|(marked, _)| *marked == letter) {
            Some((_, plain)) => folded.push_str(plain),
            // Lower case may bring a mark of its own (`İ`).
            None if is_combining_mark(letter) => {}
            None => folded.push(letter),
        }
    }
    folded
}

/// Other spellings of a whole word, likeliest first: without any mark, with one, with two. None where
/// a word is too short or has nothing to mark.
pub(crate) fn spellings(word: &str) -> Vec<String> {
    let plain: Vec<char> = fold(word).chars().collect();
    if !(3..=20).contains(&plain.len()) || !plain.iter().all(|letter| letter.is_alphabetic() || *letter == '\'') {
        return Vec::new();
    }
    let lower = word.to_lowercase();
    let single = marked(&plain, (0, 0));
    let double = single.iter().flat_map(|first| marked(&first.letters, (first.place + 1, first.rarity)));
    let mut all: Vec<Marked> = double.collect();
    all.splice(0..0, single);
    all.sort_by_key(|spelling| spelling.rarity);
    let plain = std::iter::once(plain).chain(all.into_iter().map(|spelling| spelling.letters));
    let all = plain.map(|letters| letters.into_iter().collect::<String>()).filter(|spelling| *spelling != lower);
    let mut bytes = 0;
    all.take_while(|spelling| {
        bytes += 3 + spelling.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>();
        bytes <= SPELLINGS_MAX_BYTES
    })
    .collect()
}

/// A word with letters marked.
struct Marked {
    letters: Vec<char>,
    /// Where the last of them is.
    place: usize,
    /// How unusual the marks are together.
    rarity: usize,
}

/// The word with one more letter marked, from that place on.
fn marked(letters: &[char], (from, rarity): (usize, usize)) -> Vec<Marked> {
    let mut all = Vec::new();
    for (place, letter) in letters.iter().enumerate().skip(from) {
        let marks = MARKED.iter().find(|(plain, _)| plain == letter).map_or("", |(_, marks)| marks);
        for (unusual, mark) in marks.chars().enumerate() {
            let mut letters = letters.to_vec();
            letters[place] = mark;
            all.push(Marked { letters, place, rarity: rarity + unusual + 1 });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_ligatures_do_not_tell_names_apart() {
        for (name, plain) in [
            ("José Núñez", "jose nunez"),
            ("Łukasz WÓJCIK", "lukasz wojcik"),
            ("Nguyễn Thị Minh", "nguyen thi minh"),
            ("Søren Straße", "soren strasse"),
            ("İpek Çağlar", "ipek caglar"),
            ("Séamus O’Brien", "seamus o'brien"),
            ("花子 田中", "花子 田中"),
        ] {
            assert_eq!(fold(name), plain);
        }
    }

    #[test]
    fn the_usual_spellings_are_among_those_tried() {
        for (typed, spelling) in [
            ("nunez", "núñez"),
            ("jose", "josé"),
            ("wojcik", "wójcik"),
            ("lukasz", "łukasz"),
            ("muller", "müller"),
            ("Zoé", "zoe"),
            ("zoe", "zoë"),
        ] {
            assert!(spellings(typed).iter().any(|other| other == spelling), "{typed}: {:?}", spellings(typed));
        }
    }

    #[test]
    fn no_list_of_spellings_is_too_long_for_a_query() {
        let list = spellings("aaaaaaaaaaaaaaaaaaaa").join("|");
        let bytes = list.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 });
        assert!(bytes.sum::<usize>() <= SPELLINGS_MAX_BYTES);
        for word in ["ab", "a1b2", "x%y", "abcdefghijklmnopqrstu"] {
            assert!(spellings(word).is_empty(), "{word}");
        }
    }
}
