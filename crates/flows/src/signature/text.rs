//! Letters and lines: comparing without accents, cutting lines into what stands side by side.

use super::lists;

/// Words or phrases, divided by bars: one text takes less room in the pane than a list does.
#[derive(Clone, Copy)]
pub(super) struct Words(&'static str);

impl Words {
    pub(super) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// One after the other.
    pub(super) fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split('|')
    }

    /// Whether this is one of them.
    pub(super) fn has(self, word: &str) -> bool {
        self.iter().any(|own| own == word)
    }
}

/// Words with what they stand for.
#[derive(Clone, Copy)]
pub(super) struct Pairs(&'static str);

impl Pairs {
    pub(super) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// One after the other.
    pub(super) fn iter(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.split('|').filter_map(|pair| pair.split_once('='))
    }
}

/// Lower case, without accents.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // Combining marks say nothing by themselves.
            '\u{300}'..='\u{36f}' => {}
            c => folded.push(base(c)),
        }
    }
    folded
}

fn base(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ģ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' | 'ļ' => 'l',
        'ñ' | 'ń' | 'ň' | 'ņ' => 'n',
        'ò'..='ö' | 'ø' | 'ő' | 'ō' => 'o',
        'ř' | 'ŕ' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ů' | 'ű' | 'ū' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        '’' => '\'',
        c => c,
    }
}

/// The words, folded, with one blank between them.
pub(super) fn plain(text: &str) -> String {
    let folded = folded(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Folded letters and digits alone, with the ways to write an umlaut made one.
pub(super) fn loose(text: &str) -> String {
    let letters: String = folded(text).chars().filter(|c| c.is_alphanumeric()).collect();
    letters.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("ss", "s")
}

/// The digits alone.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether these words follow each other in a text made by [`plain`].
pub(super) fn has_words(plain: &str, words: &str) -> bool {
    find_words(plain, words).is_some()
}

fn find_words(plain: &str, words: &str) -> Option<usize> {
    plain.match_indices(words).map(|(at, _)| at).find(|at| {
        let before = plain.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with(' '));
        let after = plain.get(at + words.len()..).is_none_or(|after| after.is_empty() || after.starts_with(' '));
        before && after
    })
}

/// What stands side by side in a line.
pub(super) fn segments(line: &str) -> impl Iterator<Item = &str> {
    const BARS: [char; 13] = ['|', '¦', '│', '•', '·', '●', '▪', '■', '◆', '►', '⎪', '\t', ';'];
    line.split(BARS)
        .flat_map(|part| part.split("   "))
        .flat_map(|part| part.split(" // "))
        .map(str::trim)
        .filter(|segment| !segment.is_empty())
}

/// A segment up to where it becomes the small print of a company: its register, its tax number, its seat.
pub(super) fn without_legal(segment: &str) -> &str {
    let mut seen = String::new();
    let mut starts = vec![];
    for word in segment.split_inclusive(char::is_whitespace) {
        starts.push(word);
        seen.push_str(word);
    }
    let words: Vec<String> = starts.iter().map(|word| plain(word)).collect();
    let mut at = 0;
    for (place, word) in starts.iter().enumerate() {
        let ahead: Vec<&str> =
            words[place..].iter().map(String::as_str).filter(|word| !word.is_empty()).take(4).collect();
        let ahead = ahead.join(" ");
        let starts_it = lists::LEGAL.iter().any(|legal| ahead == *legal || begins(&ahead, legal));
        let label = lists::LEGAL_LABELS.iter().any(|legal| begins(&ahead, legal)) && segment[at..].contains(':');
        if !words[place].is_empty() && (starts_it || label) {
            return segment[..at]
                .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '-' | '–' | '(' | '/'));
        }
        at += word.len();
    }
    segment
}

/// Whether the text begins with these words.
pub(super) fn begins(plain: &str, words: &str) -> bool {
    plain.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Whether the text ends with these words.
pub(super) fn ends(plain: &str, words: &str) -> bool {
    plain.strip_suffix(words).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
}

/// Whether it leads to a profile somewhere, which is neither web address nor phone.
pub(super) fn is_social(segment: &str) -> bool {
    let plain = plain(segment);
    lists::SOCIAL.iter().any(|name| begins(&plain, name) || plain.contains(&[name, " com"].concat()))
}

/// Whether it is a sentence rather than a fact: many words, most of them small.
pub(super) fn is_prose(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
    let small = words.iter().filter(|word| word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase));
    let small = small.count();
    (words.len() >= 11 && small * 10 >= words.len() * 5) || (words.len() >= 7 && small * 10 >= words.len() * 8)
}

/// Whether a word begins with a capital.
pub(super) fn is_capital(word: &str) -> bool {
    word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase)
}

/// Without what stands around words: punctuation, quotes, dashes.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';'
                    | ':'
                    | '-'
                    | '–'
                    | '—'
                    | '/'
                    | '\\'
                    | '"'
                    | '“'
                    | '”'
                    | '„'
                    | '\''
                    | '!'
                    | '*'
                    | '~'
                    | '>'
                    | '<'
            )
    })
}
