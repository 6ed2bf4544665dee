//! Subjects as they compare: without what mail programs put before them, but knowing what it meant.

/// What a message is to the one that its subject stems from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Own,
    Reply,
    Forward,
}

/// What mail programs write before the subject of a reply, in the languages of their users. "VS" is a reply in Finland
/// and a forward in Denmark and Norway; either way it is the same in every copy of one message.
const REPLY: [&str; 34] = [
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "svar",
    "vs",
    "ynt",
    "yan",
    "odp",
    "res",
    "resp",
    "rif",
    "r",
    "bls",
    "atb",
    "ats",
    "vá",
    "válasz",
    "απ",
    "ответ",
    "отв",
    "відп",
    "відповідь",
    "răsp",
    "回复",
    "回覆",
    "答复",
    "返信",
    "회신",
    "답장",
    "رد",
    "תשובה",
    "trả lời",
];

/// Likewise, of a message that is passed on.
const FORWARD: [&str; 28] = [
    "fw",
    "fwd",
    "wg",
    "tr",
    "rv",
    "enc",
    "i",
    "vl",
    "vb",
    "vd",
    "pd",
    "ilt",
    "i̇lt",
    "doorst",
    "trs",
    "tov",
    "továbbítás",
    "πρθ",
    "пересл",
    "переслано",
    "пер",
    "转发",
    "轉寄",
    "転送",
    "전달",
    "إعادة توجيه",
    "הועבר",
    "chuyển tiếp",
];

/// What gateways write before the subject of what came from outside, in brackets of any kind.
const TAGS: [&str; 8] =
    ["ext", "extern", "external", "external email", "external sender", "externe", "externo", "extern mail"];

/// The subject in small letters, white space folded, without prefixes and tags; and what the outermost prefix says.
pub(super) fn normal(subject: &str) -> (Kind, String) {
    let plain: String = subject.chars().filter(|letter| !is_invisible(*letter)).collect();
    let folded = plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut kind = Kind::Own;
    let mut rest = folded.as_str();
    loop {
        if let Some(after) = without_tag(rest) {
            rest = after;
        } else if let Some((found, after)) = without_prefix(rest) {
            if kind == Kind::Own {
                kind = found;
            }
            rest = after;
        } else {
            return (kind, rest.to_owned());
        }
    }
}

/// Letters that nobody sees and that some copies lack.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{ad}' | '\u{feff}')
}

/// "re:", "re :", "re[2]:", "re (3)：".
fn without_prefix(text: &str) -> Option<(Kind, &str)> {
    let (before, after) = text.split_once([':', '：'])?;
    let word = before.trim_end();
    let word = match word.split_once(['[', '(']) {
        Some((word, count)) if is_count(count) => word.trim_end(),
        Some(_) => return None,
        None => word,
    };
    let kind = if REPLY.contains(&word) {
        Kind::Reply
    } else if FORWARD.contains(&word) {
        Kind::Forward
    } else {
        return None;
    };
    Some((kind, after.trim_start()))
}

fn is_count(text: &str) -> bool {
    let digits = text.trim_end_matches([']', ')']);
    digits.len() < text.len() && (1..=3).contains(&digits.len()) && digits.bytes().all(|letter| letter.is_ascii_digit())
}

fn without_tag(text: &str) -> Option<&str> {
    let inside = text.strip_prefix(['[', '(', '*', '{'])?.trim_start_matches('*');
    let end = inside.find([']', ')', '*', '}'])?;
    let after = inside.get(end + 1..)?.trim_start_matches('*').trim_start_matches(':');
    TAGS.contains(&inside[..end].trim()).then(|| after.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str) -> (Kind, String) {
        normal(subject)
    }

    #[test]
    fn what_programs_write_before_a_subject_is_no_part_of_it_in_any_language() {
        for subject in [
            "Re: Dues",
            "RE : dues",
            "AW: Dues",
            "Antw: Dues",
            "SV: Dues",
            "Re[2]: Dues",
            "Re (3): Dues",
            "RIF: Dues",
            "Odp: Dues",
            "YNT: Dues",
            "回复：Dues",
            "ОТВ: Dues",
            "Re: AW: Fwd: Dues",
            "re:\tdues",
        ] {
            assert_eq!(of(subject), (Kind::Reply, "dues".to_owned()), "{subject}");
        }
        for subject in [
            "Fw: Dues",
            "FWD: Dues",
            "WG: Dues",
            "TR : Dues",
            "RV: Dues",
            "ENC: Dues",
            "VB: Dues",
            "I: Dues",
            "转发: Dues",
            "İLT: Dues",
            "Fw: Re: Dues",
        ] {
            assert_eq!(of(subject), (Kind::Forward, "dues".to_owned()), "{subject}");
        }
    }

    #[test]
    fn what_only_looks_like_a_prefix_stays() {
        for subject in ["Reminder: dues", "Note: re", "Tr", "Re", "Re[a]: dues", "10:30", "Wg dues: now"] {
            assert_eq!(of(subject), (Kind::Own, subject.to_lowercase()), "{subject}");
        }
    }

    #[test]
    fn white_space_case_invisible_letters_and_gateways_tags_tell_nothing_apart() {
        for subject in
            ["[EXTERNAL] Dues  2026", "*** External ***: dues 2026", "Dues\u{200b} \r\n\t2026", "(ext) DUES 2026"]
        {
            assert_eq!(of(subject), (Kind::Own, "dues 2026".to_owned()), "{subject:?}");
        }
        assert_eq!(of("[Ext] Re: [ext] dues"), (Kind::Reply, "dues".to_owned()));
        assert_eq!(of("[board] dues"), (Kind::Own, "[board] dues".to_owned()), "a list's own name tells it apart");
    }
}
