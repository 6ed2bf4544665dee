//! Rows as a file that spreadsheets open: RFC 4180 with a byte-order mark, and no cell that is taken for a formula
//! (`security.md §5.2`).

use bytes::Bytes;
use csv::{QuoteStyle, Terminator, WriterBuilder};
use imis::{CellKind, QueryColumn};
use std::borrow::Cow;

/// Tells spreadsheets that the file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a spreadsheet may take for the beginning of a formula.
const fn begins_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
}

/// Where a spreadsheet may part a cell. Excel goes by the list separator of its country, `;` in French, German and
/// Spanish; it heeds quotes at the beginning of what it takes for a cell alone, so there they hold no lines together.
const fn parts_cells(letter: char) -> bool {
    matches!(letter, ';' | '\t' | '|' | '\r' | '\n')
}

/// What stands before a beginning without being one to somebody's eyes: a space, a mark, a control, a quote.
fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '"' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// The cell as text whatever it says and wherever it is parted: an apostrophe stands before what could be a formula. A
/// number in a column of numbers is a number.
pub(super) fn safe(text: &str, kind: CellKind) -> Cow<'_, str> {
    let pieces =
        || text.split_inclusive(parts_cells).enumerate().map(|(place, piece)| (is_dangerous(place, piece), piece));
    let number = matches!(kind, CellKind::Number | CellKind::Money) && is_number(text);
    if number || !pieces().any(|(dangerous, _)| dangerous) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(pieces().flat_map(|(dangerous, piece)| [if dangerous { "'" } else { "" }, piece]).collect())
}

/// Whether a piece of a cell could be a formula; a cell also by a tab or the end of a line at its beginning.
fn is_dangerous(place: usize, piece: &str) -> bool {
    let visible = piece.chars().find(|letter| !is_unseen(*letter));
    visible.is_some_and(begins_formula) || place == 0 && piece.starts_with(['\t', '\r', '\n'])
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = text
        .strip_prefix('-')
        .unwrap_or(text)
        .split_once('.')
        .map_or_else(|| (text.strip_prefix('-').unwrap_or(text), None), |(whole, rest)| (whole, Some(rest)));
    digits(whole) && rest.is_none_or(digits)
}

/// The first bytes of a file: the mark and the headings.
pub(super) fn head(columns: &[QueryColumn]) -> Result<Bytes, csv::Error> {
    let mut bytes = BYTE_ORDER_MARK.as_bytes().to_vec();
    write(&mut bytes, std::iter::once(columns.iter().map(|column| safe(&column.caption, CellKind::Text))))?;
    Ok(bytes.into())
}

/// A page of rows.
pub(super) fn rows(columns: &[QueryColumn], rows: &[Vec<Option<String>>]) -> Result<Bytes, csv::Error> {
    let mut bytes = Vec::new();
    write(
        &mut bytes,
        rows.iter().map(|row| {
            let cells = columns.iter().zip(row);
            cells.map(|(column, cell)| safe(cell.as_deref().unwrap_or_default(), column.kind))
        }),
    )?;
    Ok(bytes.into())
}

fn write<'a, R: Iterator<Item = Cow<'a, str>>>(
    bytes: &mut Vec<u8>,
    rows: impl Iterator<Item = R>,
) -> Result<(), csv::Error> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Necessary).from_writer(bytes);
    for row in rows {
        let cells: Vec<Cow<'a, str>> = row.collect();
        writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
    }
    writer.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_formula_is_text() {
        for bad in ["=1", "+1", "-1", "@a", "\r1", " =1", "\"=1", "\u{ff1d}1", "\u{feff}=1", "\u{200e}\u{202e}=1"] {
            assert_eq!(safe(bad, CellKind::Text), format!("'{bad}"), "{bad:?}");
        }
        for good in ["", "a=1", "'=1", "1-1", "Ada", "  Ada", "<b>", "a;b=1", "a|b", "two\r\n\tlines", "\"\""] {
            assert_eq!(safe(good, CellKind::Text), good);
        }
    }

    #[test]
    fn what_could_be_a_formula_where_a_cell_is_parted_is_text_too() {
        for (text, expected) in [
            ("a;=1;-2;b", "a;'=1;'-2;b"),
            ("a; =1", "a;' =1"),
            ("a;\"=1;", "a;'\"=1;"),
            ("a|@b", "a|'@b"),
            ("a\r\n=1\n\n+1", "a\r\n'=1\n\n'+1"),
            ("\t=1", "'\t'=1"),
            (";;\u{ff1d}1", ";;'\u{ff1d}1"),
        ] {
            assert_eq!(safe(text, CellKind::Text), expected);
            assert_eq!(safe(text, CellKind::Money), expected);
        }
    }

    #[test]
    fn a_number_stays_one_in_its_column_alone() {
        for number in ["-1", "-12.50", "0"] {
            assert_eq!(safe(number, CellKind::Money), number);
        }
        for (text, kind) in [
            ("-1+1", CellKind::Number),
            ("-", CellKind::Money),
            ("-1.", CellKind::Money),
            ("-1", CellKind::Text),
            ("+1", CellKind::Number),
        ] {
            assert_eq!(safe(text, kind), format!("'{text}"));
        }
    }

    #[test]
    fn a_reader_gets_back_what_was_written() {
        let columns: Vec<QueryColumn> = ["ID", "a \"b\"", "=c"]
            .map(|caption| QueryColumn { caption: caption.to_owned(), kind: CellKind::Text })
            .to_vec();
        let all = vec![
            vec![Some("1".to_owned()), None, Some("two\r\nlines, and \"more\"".to_owned())],
            vec![None, None, Some("=x".to_owned())],
        ];
        let file = [head(&columns).unwrap(), rows(&columns, &all).unwrap()].concat();
        assert!(file.starts_with(&[0xef, 0xbb, 0xbf]) && file.ends_with(b"\r\n"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&file[3..]);
        let read: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let expected = [["ID", "a \"b\"", "'=c"], ["1", "", "two\r\nlines, and \"more\""], ["", "", "'=x"]];
        assert_eq!(read, expected);
    }
}
