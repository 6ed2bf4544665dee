//! A table on standard output that the test harness does not swallow.

use std::io::Write as _;

/// Prints the rows under their headings, each column as wide as it must be.
pub(super) fn print(title: &str, rows: &[Vec<String>]) {
    let widths: Vec<usize> =
        (0..rows[0].len()).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    let mut text = format!("\n{title}\n");
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    std::io::stdout().lock().write_all(text.as_bytes()).unwrap();
}
