//! The stand-in iMIS over real HTTP, held to the sections of imis.md that each test names.

#[path = "imis/browsing.rs"]
mod browsing;
#[path = "imis/contacts.rs"]
mod contacts;
#[path = "imis/finding.rs"]
mod finding;
#[path = "imis/openid.rs"]
mod openid;
#[path = "imis/reading.rs"]
mod reading;
#[path = "imis/rights.rs"]
mod rights;
#[path = "imis/signing_in.rs"]
mod signing_in;
#[path = "imis/single_sign_on.rs"]
mod single_sign_on;
#[path = "imis/site.rs"]
mod site;
#[path = "imis/timelines.rs"]
mod timelines;
#[path = "imis/trouble.rs"]
mod trouble;
#[path = "imis/writing.rs"]
mod writing;
