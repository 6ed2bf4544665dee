//! The keyring file: what is written is what is read, and what is not whole is refused.

use super::*;

fn at(hours: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::hours(hours)
}

fn key(number: u8) -> Key {
    let mut bytes = [number; 32];
    bytes[31] = 0;
    Key::new(bytes)
}

struct File(PathBuf);

impl File {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("imis-outlook-keyring-{}", uuid::Uuid::new_v4())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

#[test]
fn a_key_waits_seals_opens_and_goes() {
    let mut file = KeyringFile::default();
    let first = file.add(key(1), at(0));
    let second = file.add(key(2), at(1));
    let ring = file.ring().unwrap();
    assert_eq!((ring.active().id(), ring.size()), (first, 2), "the first is in use, the second waits");
    file.activate(second, at(2)).unwrap();
    let ring = file.ring().unwrap();
    assert_eq!(ring.active().id(), second);
    assert!(ring.find(first).is_some(), "what the first sealed still opens");
    assert!(matches!(file.retire(second, at(9), Retire::Now), Err(KeyringFileError::Active(_))));
    let early = file.retire(first, at(2 + 36) - time::Duration::seconds(1), Retire::WhenUnused);
    assert!(matches!(early, Err(KeyringFileError::InUse(..))), "a token and its grace");
    file.retire(first, at(2 + 36), Retire::WhenUnused).unwrap();
    let ring = file.ring().unwrap();
    assert!(ring.find(first).is_none());
    assert!(ring.audit_key(first).is_some(), "the audit log of its time still verifies");
    assert!(matches!(file.activate(first, at(40)), Err(KeyringFileError::Retired(_))));
}

#[test]
fn what_is_written_reads_the_same_and_a_retired_key_is_not_in_it() {
    let file = File::new();
    let mut keys = KeyringFile::default();
    let first = keys.add(key(1), at(0));
    let second = keys.add(key(2), at(0));
    keys.activate(second, at(1)).unwrap();
    keys.retire(first, at(1), Retire::Now).unwrap();
    keys.write(&file.0).unwrap();
    let read = KeyringFile::read(&file.0).unwrap();
    assert_eq!(*read.text(), *keys.text());
    assert_eq!(read.ring().unwrap().audit_key(first).unwrap().expose(), crate::seal::audit_key(&key(1)).expose());
    assert!(!std::fs::read_to_string(&file.0).unwrap().contains(&STANDARD.encode(key(1).expose())));
}

#[test]
fn a_file_that_is_not_as_it_was_written_is_refused_without_quoting_it() {
    let file = File::new();
    let mut keys = KeyringFile::default();
    keys.add(key(1), at(0));
    keys.write(&file.0).unwrap();
    let text = std::fs::read_to_string(&file.0).unwrap();
    for (what, with) in
        [("active", "standby"), ("kid = \"", "kid = \"0"), ("key = \"", "key = \"AAAA"), ("state", "stat")]
    {
        std::fs::write(&file.0, text.replacen(what, with, 1)).unwrap();
        let error = KeyringFile::read(&file.0).unwrap_err();
        assert!(matches!(error, KeyringFileError::Form(_)), "{what}: {error}");
        assert!(!error.to_string().contains(&STANDARD.encode(key(1).expose())), "{error}");
    }
}
