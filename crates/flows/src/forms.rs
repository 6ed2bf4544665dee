//! The forms of what the person may write, asked for once a session.

use crate::fields::HereAndNow;
use crate::{App, Effect, TimelineEffect, Trouble};
use api::{RecordForm, RecordForms, RecordKind, RecordType};

/// What is known of the forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forms {
    /// Nothing; nobody asked yet.
    #[default]
    Unknown,
    /// Being asked.
    Loading,
    /// These, and where and when the person was at the forms last.
    Known(RecordForms, HereAndNow),
    /// Could not be asked.
    Failed(Trouble),
}

impl Forms {
    /// Which form a record is written with.
    pub fn find(&self, kind: RecordKind, type_id: &str) -> Option<&RecordForm> {
        // Of kinds that have but one form, whatever the record itself is called.
        let fits = |form: &RecordForm| form.type_id.is_empty() || form.type_id.eq_ignore_ascii_case(type_id);
        self.all().iter().find(|form| form.kind == kind && fits(form))
    }

    /// All that are offered.
    pub fn all(&self) -> &[RecordForm] {
        match self {
            Self::Known(forms, _) => &forms.forms,
            Self::Unknown | Self::Loading | Self::Failed(_) => &[],
        }
    }

    /// The types that records can be of.
    pub fn types(&self) -> &[RecordType] {
        match self {
            Self::Known(forms, _) => &forms.types,
            Self::Unknown | Self::Loading | Self::Failed(_) => &[],
        }
    }

    /// Where the person is, once it is known.
    pub fn here(&self) -> Option<&HereAndNow> {
        match self {
            Self::Known(_, here) => Some(here),
            Self::Unknown | Self::Loading | Self::Failed(_) => None,
        }
    }

    /// The person is at the forms now.
    pub(crate) fn reached(&mut self, now: HereAndNow) {
        if let Self::Known(_, here) = self {
            *here = now;
        }
    }

    /// Asks for them, unless they are there or on their way.
    pub(crate) fn want(&mut self) -> Vec<Effect> {
        if matches!(self, Self::Known(..) | Self::Loading) {
            return vec![];
        }
        *self = Self::Loading;
        vec![Effect::Timeline(TimelineEffect::FetchForms)]
    }

    pub(crate) fn answered(&mut self, answer: Result<RecordForms, Trouble>, here: HereAndNow) {
        *self = match answer {
            Ok(forms) => Self::Known(forms, here),
            // The next session asks anew.
            Err(trouble) if trouble.is_signed_out() => Self::Unknown,
            Err(trouble) => Self::Failed(trouble),
        };
    }
}

impl App {
    /// Whether the person may write anything at all, as far as iMIS has said.
    pub fn may_write(&self) -> bool {
        !self.timelines.forms.all().is_empty()
    }
}
