//! Rows around a contact: pictures, notes, and what the site names purposes and types of communication
//! (imis.md §5.4, §7.4, §10, Appendix A).

use super::{
    CREATED_BY, CREATED_ON, Contract, FileForm, Form, Key, UPDATED_BY, UPDATED_ON, always, field, server, text,
};

pub(in crate::imis) static PARTY_IMAGE: Contract = Contract {
    entity: "PartyImage",
    class: "Membership.DataContracts.PartyImageData",
    summary: None,
    key: "PartyImageId",
    key_form: Key::Guid,
    generic: false,
    writable: true,
    file: Some(("Description", FileForm::Bytes)),
    communication: false,
    owner: Some("PartyId"),
    fields: &[
        server("PartyImageId", Form::Text),
        text("PartyId", 0),
        text("Description", 0),
        text("Purpose", 0),
        field("IsPreferred", Form::Flag),
        CREATED_BY,
        CREATED_ON,
        UPDATED_BY,
        UPDATED_ON,
    ],
};

pub(in crate::imis) static PARTY_NOTE: Contract = Contract {
    entity: "PartyNote",
    class: "Membership.DataContracts.PartyNoteData",
    summary: None,
    key: "PartyNoteId",
    key_form: Key::Guid,
    generic: false,
    writable: true,
    file: None,
    communication: false,
    owner: Some("PartyId"),
    fields: &[
        server("PartyNoteId", Form::Text),
        text("PartyId", 0),
        text("Purpose", 0),
        text("Text", 0),
        CREATED_BY,
        CREATED_ON,
        UPDATED_BY,
        UPDATED_ON,
    ],
};

pub(in crate::imis) static ADDRESS_PURPOSE: Contract = Contract {
    entity: "AddressPurpose",
    class: "Membership.DataContracts.AddressPurposeData",
    summary: None,
    key: "AddressPurposeId",
    key_form: Key::Given,
    generic: false,
    writable: false,
    file: None,
    communication: false,
    owner: None,
    fields: &[
        always("AddressPurposeId", Form::Text),
        always("AllowMultiple", Form::Flag),
        always("Description", Form::Text),
        always("Name", Form::Text),
        always("AllowPreferred", Form::Flag),
        always("IsDefaultAddress", Form::Flag),
        always("IsActive", Form::Flag),
    ],
};

/// The members are those of the summary, which is all the reference tells of a communication type.
pub(in crate::imis) static COMMUNICATION_TYPE: Contract = Contract {
    entity: "CommunicationType",
    class: "Communications.DataContracts.CommunicationTypeData",
    summary: Some(("CommunicationTypeSummary", "Communications.DataContracts.CommunicationTypeSummaryData")),
    key: "CommunicationTypeId",
    key_form: Key::Given,
    generic: false,
    writable: false,
    file: None,
    communication: false,
    owner: None,
    fields: &[
        text("CommunicationTypeId", 0),
        text("ReasonCode", 0),
        text("CommunicationTypeDisplay", 0),
        field("IsDefaultType", Form::Flag),
        field("DefaultOptOut", Form::Flag),
        field("CannotOptOut", Form::Flag),
        field("IsSolicitation", Form::Flag),
    ],
};

/// The general look-up table; its identity has two elements, written `~table|code` (imis.md §4.1, §10).
pub(in crate::imis) static GEN_TABLE: Contract = Contract {
    entity: "GenTable",
    class: "Core.DataContracts.GenTableData",
    summary: None,
    key: "Identity",
    key_form: Key::Given,
    generic: false,
    writable: false,
    file: None,
    communication: false,
    owner: Some("Table_Name"),
    fields: &[
        text("Table_Name", 0),
        text("Code", 0),
        text("Substitute", 0),
        text("Upper_Code", 0),
        text("Description", 0),
        text("Obsolete_Description", 0),
        text("NCode", 0),
    ],
};
