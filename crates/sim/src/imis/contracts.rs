//! The entities kept as rows: members, sizes, and what may be done with them (imis.md §6, §7, Appendix A).
//!
//! A member of a nested object is written with the way to it, `Party.PartyId`; that is its name in filters too.

use super::filter::{Kind, Property};

pub(super) mod contacts;

/// How a member is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Whole,
    Decimal,
    Flag,
    Date,
    /// Shown as it was seeded; neither filtered nor written.
    Raw,
}

/// One member of a contract, or one column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// Longest text; 0 for no limit.
    pub(super) longest: usize,
    /// Filled by the site: what a client sends is ignored.
    pub(super) server: bool,
    /// On the full contract alone, not on its summary.
    pub(super) full_only: bool,
    /// Written even when it holds its default.
    pub(super) always: bool,
}

const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form, longest: 0, server: false, full_only: false, always: false }
}

const fn text(name: &'static str, longest: usize) -> Field {
    Field { longest, ..field(name, Form::Text) }
}

const fn server(name: &'static str, form: Form) -> Field {
    Field { server: true, ..field(name, form) }
}

const fn full(name: &'static str, form: Form) -> Field {
    Field { full_only: true, ..field(name, form) }
}

const fn always(name: &'static str, form: Form) -> Field {
    Field { always: true, ..field(name, form) }
}

/// How ids are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Counted.
    Number,
    /// A GUID as text.
    Guid,
    /// Seeded.
    Given,
}

/// What a file among the members is called, and whether a bare base64 string is taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileForm {
    /// A `byte[]` member: bare or wrapped.
    Bytes,
    /// An `object` member: a bare string would stay a string, so it has to be wrapped (imis.md §18.7).
    Object,
}

/// The rows of one entity.
#[derive(Debug)]
pub(super) struct Contract {
    /// Entity as the reference spells it.
    pub(super) entity: &'static str,
    /// Contract without `Asi.Soa.`.
    pub(super) class: &'static str,
    /// Read-only entity that shows the same rows without the heavy members, and its contract.
    pub(super) summary: Option<(&'static str, &'static str)>,
    pub(super) key: &'static str,
    pub(super) key_form: Key,
    /// A `GenericEntityData` rather than a typed contract.
    pub(super) generic: bool,
    pub(super) writable: bool,
    /// Member that holds the file's name, and how its `Attachment` is given.
    pub(super) file: Option<(&'static str, FileForm)>,
    /// Part of the communication log.
    pub(super) communication: bool,
    /// The member that says whose row it is; rows are found by it without looking at all of them.
    pub(super) owner: Option<&'static str>,
    pub(super) fields: &'static [Field],
}

impl Contract {
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The member with a file's bytes.
    pub(super) fn content(&self) -> &'static str {
        if self.entity == contacts::PARTY_IMAGE.entity { "Image" } else { "Attachment" }
    }

    /// A property to filter by, seen through the full entity or its summary.
    pub(super) fn resolve(&self, name: &str, summary: bool) -> Option<Property> {
        // The contact of an activity goes by two names, and so does its key (imis.md §6.1).
        let name = match (self.generic, name.to_ascii_lowercase().as_str()) {
            (true, "partyid") => "ID",
            (true, "activityid") => "SEQN",
            // Whether the short name works too is not known; it is assumed (imis.md §7.2).
            (false, "partyid") if self.field("Party.PartyId").is_some() => "Party.PartyId",
            // Its wire name has an underscore, its filter none (imis.md §4.4, §10).
            (false, "tablename") => "Table_Name",
            _ => name,
        };
        let field = self.field(name).filter(|field| !(summary && field.full_only))?;
        let kind = match field.form {
            Form::Text => Kind::Text,
            Form::Whole | Form::Decimal => Kind::Number,
            Form::Flag => Kind::Flag,
            Form::Date => Kind::Date,
            Form::Raw => return None,
        };
        Some(Property { name: field.name, kind })
    }
}

/// The contract that answers for an entity in a path, and whether it is the summary that was named.
pub(super) fn named(entity: &str) -> Option<(&'static Contract, bool)> {
    CONTRACTS.iter().copied().find_map(|contract| {
        if contract.entity.eq_ignore_ascii_case(entity) {
            return Some((contract, false));
        }
        let (summary, _) = contract.summary?;
        summary.eq_ignore_ascii_case(entity).then_some((contract, true))
    })
}

const CONTRACTS: &[&Contract] = &[
    &ACTIVITY,
    &PANEL,
    &ACTIVITY_TYPE,
    &ACTIVITY_ATTACHMENT,
    &CONTACT_INTERACTION,
    &INTERACTION_TYPE,
    &INTERACTION_ACTION,
    &LOG,
    &RECIPIENT,
    &LOG_ATTACHMENT,
    &contacts::PARTY_IMAGE,
    &contacts::PARTY_NOTE,
    &contacts::ADDRESS_PURPOSE,
    &contacts::COMMUNICATION_TYPE,
    &contacts::GEN_TABLE,
];

/// Class names of nested objects, by the member that holds them.
pub(super) fn nested(member: &str) -> &'static str {
    match member {
        "UpdateInformation" => "Core.DataContracts.EntityUpdateInformationData",
        "CommunicationLog" => "Communications.DataContracts.CommunicationLogSummaryData",
        "CommunicationType" => "Communications.DataContracts.CommunicationTypeSummaryData",
        _ => "Membership.DataContracts.PartyReferenceData",
    }
}

const CREATED_BY: Field = server("UpdateInformation.CreatedBy", Form::Text);
const CREATED_ON: Field = server("UpdateInformation.CreatedOn", Form::Date);
const UPDATED_BY: Field = server("UpdateInformation.UpdatedBy", Form::Text);
const UPDATED_ON: Field = server("UpdateInformation.UpdatedOn", Form::Date);

pub(super) static ACTIVITY: Contract = Contract {
    entity: "Activity",
    class: "Core.DataContracts.GenericEntityData",
    summary: None,
    key: "SEQN",
    key_form: Key::Number,
    generic: true,
    writable: true,
    file: None,
    communication: false,
    owner: Some("ID"),
    fields: &[
        server("SEQN", Form::Whole),
        text("ID", 10),
        text("ACTIVITY_TYPE", 10),
        field("TRANSACTION_DATE", Form::Date),
        field("EFFECTIVE_DATE", Form::Date),
        text("PRODUCT_CODE", 31),
        text("OTHER_CODE", 30),
        text("DESCRIPTION", 255),
        text("SOURCE_SYSTEM", 10),
        text("SOURCE_CODE", 40),
        field("QUANTITY", Form::Decimal),
        field("UNITS", Form::Decimal),
        text("CATEGORY", 15),
        field("THRU_DATE", Form::Date),
        field("TICKLER_DATE", Form::Date),
        field("NEXT_INSTALL_DATE", Form::Date),
        text("MEMBER_TYPE", 5),
        text("ACTION_CODES", 255),
        text("PAY_METHOD", 50),
        text("NOTE", 0),
        text("NOTE_2", 0),
        text("CO_ID", 10),
        text("UF_1", 255),
        text("UF_2", 255),
        text("UF_3", 255),
        field("UF_4", Form::Decimal),
        field("UF_5", Form::Decimal),
        field("UF_6", Form::Date),
        field("UF_7", Form::Date),
        field("ORIGINATING_TRANS_NUM", Form::Whole),
        text("ORG_CODE", 5),
        text("CAMPAIGN_CODE", 10),
        text("OTHER_ID", 10),
        text("SOLICITOR_ID", 10),
        field("TAXABLE_VALUE", Form::Decimal),
        field("AMOUNT", Form::Decimal),
        field("ATTACH_SEQN", Form::Whole),
        field("ATTACH_TOTAL", Form::Whole),
        field("RECURRING_REQUEST", Form::Flag),
        text("STATUS_CODE", 1),
        field("GRACE_PERIOD", Form::Whole),
        text("MEM_TRIB_CODE", 10),
        text("INTENT_TO_EDIT", 80),
        text("BATCH_NUM", 15),
    ],
};

/// A table of the organisation's own, several rows a contact (imis.md §15): what many keep their mail in.
pub(super) static PANEL: Contract = Contract {
    entity: "UT_Correspondence",
    class: "Core.DataContracts.GenericEntityData",
    summary: None,
    key: "SEQN",
    key_form: Key::Number,
    generic: true,
    writable: true,
    file: None,
    communication: false,
    owner: Some("ID"),
    fields: &[
        server("SEQN", Form::Whole),
        text("ID", 10),
        text("SUBJECT", 60),
        text("WRITTEN_BY", 60),
        field("SENT_ON", Form::Date),
        text("BODY", 0),
        text("MESSAGE_KEY", 255),
        field("MINUTES", Form::Decimal),
    ],
};

pub(super) static ACTIVITY_TYPE: Contract = Contract {
    entity: "LegacyActivityType",
    class: "Core.DataContracts.LegacyActivityTypeData",
    summary: None,
    key: "ActivityTypeId",
    key_form: Key::Given,
    generic: false,
    writable: false,
    file: None,
    communication: false,
    owner: None,
    fields: &[
        text("ActivityTypeId", 10),
        text("Description", 0),
        text("SubtypePrompt", 0),
        text("DescriptionPrompt", 0),
        text("EffectiveDatePrompt", 0),
        text("ThruDatePrompt", 0),
        text("SourcePrompt", 0),
        text("AmountPrompt", 0),
        text("TicklerPrompt", 0),
        text("ActionPrompt", 0),
        text("CeuTypePrompt", 0),
        text("UnitsPrompt", 0),
        field("AllowUserEdit", Form::Flag),
        text("FollowUpPrompt", 0),
        text("NotePrompt", 0),
        field("IsExtendedDemo", Form::Flag),
        text("Uf1Prompt", 0),
        text("Uf2Prompt", 0),
        text("Uf3Prompt", 0),
        text("Uf4Prompt", 0),
        text("Uf5Prompt", 0),
        text("Uf6Prompt", 0),
        text("Uf7Prompt", 0),
        text("CoIdPrompt", 0),
        text("AccessKeywords", 0),
        text("OtherCode", 0),
    ],
};

pub(super) static ACTIVITY_ATTACHMENT: Contract = Contract {
    entity: "LegacyActivityAttachment",
    class: "Core.DataContracts.LegacyActivityAttachmentData",
    summary: Some(("LegacyActivityAttachmentSummary", "Core.DataContracts.LegacyActivityAttachmentSummaryData")),
    key: "AttachmentId",
    key_form: Key::Number,
    generic: false,
    writable: true,
    file: Some(("FileName", FileForm::Bytes)),
    communication: false,
    owner: Some("ActivityId"),
    fields: &[
        server("AttachmentId", Form::Whole),
        field("ActivityId", Form::Whole),
        text("FileName", 0),
        full("AttachedOn", Form::Date),
    ],
};

pub(super) static CONTACT_INTERACTION: Contract = Contract {
    entity: "ContactInteraction",
    class: "Membership.DataContracts.ContactInteraction.ContactInteractionData",
    summary: None,
    key: "ContactInteractionId",
    key_form: Key::Number,
    generic: false,
    writable: true,
    file: None,
    communication: false,
    owner: Some("PartyId"),
    fields: &[
        server("ContactInteractionId", Form::Whole),
        text("PartyId", 0),
        text("InteractionTypeCode", 0),
        text("InteractionActionCode", 0),
        field("InteractionDate", Form::Date),
        text("SourceCode", 0),
        text("Description", 0),
        text("RelatedItem", 0),
        text("Details", 0),
        text("PrimaryOrganizationPartyId", 0),
        field("MarkedForDeleteOn", Form::Date),
        text("ExternalTypeId", 0),
        CREATED_BY,
        CREATED_ON,
        UPDATED_BY,
        UPDATED_ON,
    ],
};

pub(super) static INTERACTION_TYPE: Contract = Contract {
    entity: "InteractionType",
    class: "Membership.DataContracts.ContactInteraction.InteractionTypeData",
    summary: None,
    key: "InteractionTypeCode",
    key_form: Key::Given,
    generic: false,
    writable: false,
    file: None,
    communication: false,
    owner: None,
    fields: &[
        text("InteractionTypeCode", 0),
        text("Description", 0),
        field("MarkedForDeleteOn", Form::Date),
        field("IsAssignable", Form::Flag),
        field("IsSystem", Form::Flag),
        field("Actions", Form::Raw),
    ],
};

pub(super) static INTERACTION_ACTION: Contract = Contract {
    entity: "InteractionAction",
    class: "Membership.DataContracts.ContactInteraction.InteractionActionData",
    summary: None,
    key: "InteractionActionCode",
    key_form: Key::Given,
    generic: false,
    writable: false,
    file: None,
    communication: false,
    owner: None,
    fields: &[
        text("InteractionActionCode", 0),
        text("Description", 0),
        field("MarkedForDeleteOn", Form::Date),
        field("IsSystem", Form::Flag),
    ],
};

pub(super) static LOG: Contract = Contract {
    entity: "CommunicationLog",
    class: "Communications.DataContracts.CommunicationLogData",
    summary: Some(("CommunicationLogSummary", "Communications.DataContracts.CommunicationLogSummaryData")),
    key: "CommunicationLogId",
    key_form: Key::Guid,
    generic: false,
    writable: true,
    file: None,
    communication: true,
    owner: None,
    fields: &[
        server("CommunicationLogId", Form::Text),
        field("Status", Form::Whole),
        text("CommunicationLogMessageId", 0),
        text("Subject", 0),
        text("SourceProcess", 0),
        text("CommunicationType.CommunicationTypeId", 0),
        CREATED_BY,
        CREATED_ON,
        UPDATED_BY,
        UPDATED_ON,
        full("Text", Form::Text),
        full("Html", Form::Text),
    ],
};

pub(super) static RECIPIENT: Contract = Contract {
    entity: "CommunicationLogRecipient",
    class: "Communications.DataContracts.CommunicationLogRecipientData",
    summary: Some((
        "CommunicationLogRecipientSummary",
        "Communications.DataContracts.CommunicationLogRecipientSummaryData",
    )),
    key: "CommunicationLogRecipientId",
    key_form: Key::Guid,
    generic: false,
    writable: true,
    file: None,
    communication: true,
    owner: Some("Party.PartyId"),
    fields: &[
        server("CommunicationLogRecipientId", Form::Text),
        text("CommunicationLog.CommunicationLogId", 0),
        text("Party.PartyId", 0),
        field("MessageType", Form::Whole),
        text("Address", 0),
        field("LastEventType", Form::Whole),
        text("LastStatusReason", 0),
        field("LastEventDateTime", Form::Date),
        field("IsUnsubscribed", Form::Flag),
        field("IsSpam", Form::Flag),
        CREATED_BY,
        CREATED_ON,
        UPDATED_BY,
        UPDATED_ON,
    ],
};

pub(super) static LOG_ATTACHMENT: Contract = Contract {
    entity: "CommunicationLogAttachment",
    class: "Communications.DataContracts.CommunicationLogAttachmentData",
    summary: None,
    key: "CommunicationLogAttachmentId",
    key_form: Key::Guid,
    generic: false,
    writable: true,
    file: Some(("Name", FileForm::Object)),
    communication: true,
    owner: Some("CommunicationLogId"),
    fields: &[
        server("CommunicationLogAttachmentId", Form::Text),
        text("CommunicationLogId", 0),
        text("AttachmentId", 0),
        text("Name", 0),
        text("ContentType", 0),
        text("ErrorMessage", 0),
        CREATED_BY,
        CREATED_ON,
        UPDATED_BY,
        UPDATED_ON,
    ],
};
