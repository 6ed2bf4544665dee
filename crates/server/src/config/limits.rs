//! Sizes, times and rates. The usual values are `security.md §5.2` and `§5.3`.

use std::time::Duration;

/// How much, how long, how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest JSON body but for a message to save, in bytes.
    pub json_max_bytes: usize,
    /// Longest message to save, in bytes: two bodies of 16 MiB and what JSON adds.
    pub message_max_bytes: usize,
    /// Messages to save, in bytes, that are read or written at once; more are asked to wait.
    pub messages_max_bytes: u64,
    /// How much of that is one person's.
    pub messages_per_person_bytes: u64,
    /// Wrong passwords for an account before it is locked here; iMIS locks at five.
    pub sign_in_tries: u32,
    /// How long wrong passwords count.
    pub sign_in_window: Duration,
    /// Sign-ins from one network address in that time; offices share one.
    pub sign_ins_per_address: u32,
    /// Failed sign-ins with credentials at one site in that time: then nobody guesses on.
    pub sign_ins_per_site: u32,
    /// Refused sign-ins are answered after a whole number of these.
    pub sign_in_floor: Duration,
    /// Saves and uploads of one person at once; more are asked to wait.
    pub saves_per_person: usize,
    /// Uploads at once; more are asked to wait.
    pub uploads_max: usize,
    /// Queries exported at once; more are asked to wait.
    pub exports_max: usize,
    /// How many of those are one person's.
    pub exports_per_person: usize,
    /// Longest export; one that takes longer breaks off.
    pub export_total: Duration,
    /// Files on their way to people at once; more are asked to wait. While iMIS answers, each takes up to four times
    /// its size in memory.
    pub downloads_max: usize,
    /// How many of those are one person's.
    pub downloads_per_person: usize,
    /// Longest time that a person takes for a file.
    pub download_total: Duration,
    /// Searches, timelines and records of one person at once; more are asked to wait.
    pub reads_per_person: usize,
    /// Longest time to collect recipients from a query; who was not found by then is not told.
    pub recipients_total: Duration,
    /// Longest silence within an upload.
    pub upload_silence: Duration,
    /// Bytes a second that an upload must keep, after [`Limits::upload_silence`].
    pub upload_bytes_per_second: u64,
    /// Longest upload, and longest time to send any other body.
    pub upload_total: Duration,
    /// Longest time to send the head of a request.
    pub head: Duration,
    /// How long a stopping server waits for requests under way.
    pub drain: Duration,
    /// Connecting to iMIS.
    pub imis_connect: Duration,
    /// A read from iMIS.
    pub imis_read: Duration,
    /// A page of a query from iMIS.
    pub imis_query: Duration,
    /// A write to iMIS.
    pub imis_write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_max_bytes: 256 * 1024,
            message_max_bytes: 40 * 1024 * 1024,
            messages_max_bytes: 256 * 1024 * 1024,
            messages_per_person_bytes: 80 * 1024 * 1024,
            sign_in_tries: 3,
            sign_in_window: Duration::from_mins(15),
            sign_ins_per_address: 100,
            sign_ins_per_site: 1000,
            sign_in_floor: Duration::from_secs(1),
            saves_per_person: 8,
            uploads_max: 64,
            exports_max: 16,
            exports_per_person: 2,
            export_total: Duration::from_hours(1),
            downloads_max: 16,
            downloads_per_person: 2,
            download_total: Duration::from_mins(10),
            reads_per_person: 8,
            recipients_total: Duration::from_mins(2),
            upload_silence: Duration::from_secs(10),
            upload_bytes_per_second: 8 * 1024,
            upload_total: Duration::from_mins(5),
            head: Duration::from_secs(10),
            drain: Duration::from_mins(1),
            imis_connect: Duration::from_secs(3),
            imis_read: Duration::from_secs(30),
            imis_query: Duration::from_mins(1),
            imis_write: Duration::from_mins(2),
        }
    }
}
