//! How much text each column of an activity takes (`imis.md §6.1`).
//!
//! iMIS rejects longer text; so it is shortened here, visibly, and nowhere else.

use std::borrow::Cow;

/// A column of limited length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The type of the activity; a key, never shortened.
    ActivityType,
    /// What lists show.
    Description,
    /// Free field 1; holds the key of the message.
    Uf1,
    /// Free field 2.
    Uf2,
    /// Free field 3.
    Uf3,
    /// Subtype.
    ProductCode,
    /// Category.
    Category,
    /// Source code.
    SourceCode,
    /// Campaign code.
    CampaignCode,
    /// Action codes.
    ActionCodes,
    /// The id of another contact.
    OtherId,
}

impl Column {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActivityType => "ACTIVITY_TYPE",
            Self::Description => "DESCRIPTION",
            Self::Uf1 => "UF_1",
            Self::Uf2 => "UF_2",
            Self::Uf3 => "UF_3",
            Self::ProductCode => "PRODUCT_CODE",
            Self::Category => "CATEGORY",
            Self::SourceCode => "SOURCE_CODE",
            Self::CampaignCode => "CAMPAIGN_CODE",
            Self::ActionCodes => "ACTION_CODES",
            Self::OtherId => "OTHER_ID",
        }
    }

    /// How many characters it takes, as .NET counts them (UTF-16 units).
    pub const fn max(self) -> usize {
        match self {
            Self::ActivityType | Self::CampaignCode | Self::OtherId => 10,
            Self::Description | Self::Uf1 | Self::Uf2 | Self::Uf3 | Self::ActionCodes => 255,
            Self::ProductCode => 31,
            Self::Category => 15,
            Self::SourceCode => 40,
        }
    }

    /// Whether the text fits.
    pub fn fits(self, text: &str) -> bool {
        text.encode_utf16().count() <= self.max()
    }

    /// The text as it will stand in iMIS: whole if it fits, else cut and ended
    /// with an ellipsis.
    pub fn shorten(self, text: &str) -> Cow<'_, str> {
        if self.fits(text) {
            return Cow::Borrowed(text);
        }
        let mut units = 0;
        let kept: String = text
            .chars()
            .take_while(|c| {
                units += c.len_utf16();
                units < self.max()
            })
            .collect();
        Cow::Owned(format!("{}…", kept.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone() {
        let text = "x".repeat(255);
        assert_eq!(Column::Description.shorten(&text), text);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis_and_fits() {
        let text = format!("{}\u{1f600}tail", "x".repeat(253));
        let short = Column::Description.shorten(&text);
        assert_eq!(short, format!("{}…", "x".repeat(253)));
        assert!(Column::Description.fits(&short));
    }
}
