//! Which columns an activity type uses, under which label (`imis.md §6.2`).
//!
//! A prompt with text means "this type uses that column, under this label". The pairing of prompts and columns, with
//! the columns' kinds and sizes (`imis.md §6.1`), stands in one table.

/// What a column takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnForm {
    /// A line of text.
    Text,
    /// Text of any length.
    LongText,
    /// A date, or a date with a time.
    Date,
    /// An amount of money.
    Amount,
    /// A decimal number.
    Number,
    /// The id of a contact.
    Contact,
}

/// A prompt of an activity type, and the column behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptColumn {
    /// The member of `LegacyActivityTypeData`.
    pub prompt: &'static str,
    /// The column of `Activity`.
    pub column: &'static str,
    /// What it takes.
    pub form: ColumnForm,
    /// Longest text, in characters.
    pub max_chars: Option<u32>,
}

const fn row(prompt: &'static str, column: &'static str, form: ColumnForm, max_chars: Option<u32>) -> PromptColumn {
    PromptColumn { prompt, column, form, max_chars }
}

/// In the order of the form. Assumed beyond the obvious pairs (`imis.md §6.2`): `CeuTypePrompt` is `OTHER_CODE`, and
/// `FollowUpPrompt` is a second name for `TICKLER_DATE`, which counts where there is no `TicklerPrompt`.
const PROMPTS: [PromptColumn; 20] = [
    row("DescriptionPrompt", "DESCRIPTION", ColumnForm::Text, Some(255)),
    row("SubtypePrompt", "PRODUCT_CODE", ColumnForm::Text, Some(31)),
    row("EffectiveDatePrompt", "EFFECTIVE_DATE", ColumnForm::Date, None),
    row("ThruDatePrompt", "THRU_DATE", ColumnForm::Date, None),
    row("SourcePrompt", "SOURCE_CODE", ColumnForm::Text, Some(40)),
    row("AmountPrompt", "AMOUNT", ColumnForm::Amount, None),
    row("UnitsPrompt", "UNITS", ColumnForm::Number, None),
    row("CeuTypePrompt", "OTHER_CODE", ColumnForm::Text, Some(30)),
    row("CoIdPrompt", "CO_ID", ColumnForm::Contact, Some(10)),
    row("Uf1Prompt", "UF_1", ColumnForm::Text, Some(255)),
    row("Uf2Prompt", "UF_2", ColumnForm::Text, Some(255)),
    row("Uf3Prompt", "UF_3", ColumnForm::Text, Some(255)),
    row("Uf4Prompt", "UF_4", ColumnForm::Number, None),
    row("Uf5Prompt", "UF_5", ColumnForm::Number, None),
    row("Uf6Prompt", "UF_6", ColumnForm::Date, None),
    row("Uf7Prompt", "UF_7", ColumnForm::Date, None),
    row("TicklerPrompt", "TICKLER_DATE", ColumnForm::Date, None),
    row("FollowUpPrompt", "TICKLER_DATE", ColumnForm::Date, None),
    row("ActionPrompt", "ACTION_CODES", ColumnForm::Text, Some(255)),
    row("NotePrompt", "NOTE", ColumnForm::LongText, None),
];

/// All pairs, in the order of the form.
pub(crate) fn prompts() -> &'static [PromptColumn] {
    &PROMPTS
}

/// The column of this name, if a prompt leads to it.
pub fn column(name: &str) -> Option<&'static PromptColumn> {
    PROMPTS.iter().find(|row| row.column == name)
}

/// The columns that no prompt leads to, and that people may fill all the same (`imis.md §6.1`).
const OTHERS: [PromptColumn; 14] = [
    row("", "TRANSACTION_DATE", ColumnForm::Date, None),
    row("", "NOTE_2", ColumnForm::LongText, None),
    row("", "CATEGORY", ColumnForm::Text, Some(15)),
    row("", "CAMPAIGN_CODE", ColumnForm::Text, Some(10)),
    row("", "SOURCE_SYSTEM", ColumnForm::Text, Some(10)),
    row("", "OTHER_ID", ColumnForm::Contact, Some(10)),
    row("", "SOLICITOR_ID", ColumnForm::Contact, Some(10)),
    row("", "ORG_CODE", ColumnForm::Text, Some(5)),
    row("", "PAY_METHOD", ColumnForm::Text, Some(50)),
    row("", "STATUS_CODE", ColumnForm::Text, Some(1)),
    row("", "INTENT_TO_EDIT", ColumnForm::Text, Some(80)),
    row("", "QUANTITY", ColumnForm::Number, None),
    row("", "TAXABLE_VALUE", ColumnForm::Amount, None),
    row("", "NEXT_INSTALL_DATE", ColumnForm::Date, None),
];

/// The column of this name, whether or not a prompt leads to it.
pub fn activity_column(name: &str) -> Option<&'static PromptColumn> {
    PROMPTS.iter().chain(&OTHERS).find(|row| row.column.eq_ignore_ascii_case(name))
}

/// An activity type in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityForm {
    /// Its key, at most 10 characters.
    pub id: String,
    /// What people call it.
    pub description: String,
    /// Whether people may write activities of it: `AllowUserEdit`, and not one of iMIS's own.
    pub by_people: bool,
    /// The columns that it uses, with the site's labels.
    pub columns: Vec<(&'static PromptColumn, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_prompt_stands_once_and_each_column_has_one_kind() {
        let names: HashSet<_> = PROMPTS.iter().map(|row| row.prompt).collect();
        assert_eq!(names.len(), PROMPTS.len());
        for row in &PROMPTS {
            assert_eq!(column(row.column).map(|first| first.form), Some(row.form), "{}", row.column);
        }
    }
}
