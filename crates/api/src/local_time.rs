//! A time as iMIS writes it: local, without a zone.

use serde::{Deserialize, Serialize};

/// A local date, or date and time, of the site: `2026-05-10` or `2026-05-10T08:00:00` (`imis.md §4.2`).
///
/// Which zone it is in, nobody can tell from here; it is shown as it stands. Text order is time order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalTime(pub String);
