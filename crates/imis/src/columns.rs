//! How much text each column of an activity takes (`imis.md §6.1`).
//!
//! iMIS rejects longer text.

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
}
