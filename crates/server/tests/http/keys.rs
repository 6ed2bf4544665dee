//! The server's keys: made, used, retired and lost, while people work.

use crate::command::{complained, said};
use crate::world::{World, answer};
use api::{GetMe, Me, ProblemCode, RenewSession};
use server::config::{Key, Keyring};
use sim::imis::Settings;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const FIRST: &str = "4b1d0d0a";

/// A world whose keys are in a file.
async fn world() -> World {
    let keys: PathBuf = std::env::temp_dir().join(format!("imis-outlook-keys-{}", uuid::Uuid::new_v4()));
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_imis-outlook"))
        .args(["keys", "--file"])
        .arg(&keys)
        .arg("new")
        .env_clear()
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let toml = format!(
        "public_url = \"http://127.0.0.1:0\"\nkeyring_file = \"{}\"\n[sites.live]\nurl = \"https://imis.example\"\n\
         credentials = {{ enabled = true }}\n",
        keys.display()
    );
    let parsed = server::Config::parse(&toml, []).unwrap();
    World::with(Settings::default(), |config| {
        config.keyring = parsed.keyring;
        config.keyring_file = parsed.keyring_file;
    })
    .await
}

/// The names of keys in a state.
async fn keys(world: &World, state: &str) -> Vec<String> {
    let list = said(&world.program(&["keys", "list"]).await);
    let lines = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.filter(|line| line[1] == state).map(|line| line[0].to_owned()).collect()
}

async fn audited(world: &World, event: &str, count: usize) {
    let begun = Instant::now();
    while world.audited(event).await < count {
        assert!(begun.elapsed() < Duration::from_secs(5), "{event}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_are_rotated_under_load_and_nobody_is_signed_out() {
    let world = world().await;
    let early = world.sign_in().await.token;
    let over = AtomicBool::new(false);
    let load = async {
        let mut asked = 0;
        while !over.load(Ordering::Relaxed) {
            assert!(world.person(&early).call(&GetMe).await.is_ok());
            asked += 1;
        }
        asked
    };
    let rotate = async {
        assert!(world.program(&["keys", "new"]).await.status.success());
        audited(&world, "keys_changed", 1).await;
        let standby = keys(&world, "standby").await;
        assert!(world.program(&["keys", "activate", &standby[0]]).await.status.success());
        audited(&world, "keys_changed", 2).await;
        assert_eq!(keys(&world, "active").await, standby);
        over.store(true, Ordering::Relaxed);
    };
    let (asked, ()) = tokio::join!(load, rotate);
    assert!(asked > 10);
    // A token of the old key renews to one of the new.
    let late = world.person(&early).call(&RenewSession).await.unwrap().token.0;
    assert!(world.person(&late).call(&GetMe).await.is_ok());
    let old = keys(&world, "retiring").await.remove(0);
    let refused = complained(&world.program(&["keys", "retire", &old]).await);
    assert!(refused.contains("may still open tokens"), "{refused}");
    let unrenewed = {
        let active = keys(&world, "active").await.remove(0);
        assert!(complained(&world.program(&["keys", "retire", &active, "--now"]).await).contains("in use"));
        early
    };
    assert!(world.program(&["keys", "retire", &old, "--now"]).await.status.success());
    audited(&world, "keys_changed", 3).await;
    assert!(world.person(&late).call(&GetMe).await.is_ok(), "whoever has a token of the new key stays");
    let gone = world.person(&unrenewed).call(&GetMe).await.unwrap_err();
    assert_eq!(gone.code, ProblemCode::SignedOut, "a token of a retired key is no fault");
    // The log that the old key wrote still verifies.
    assert!(world.program(&["audit", "verify"]).await.status.success());
}

#[tokio::test]
async fn a_file_of_keys_that_is_broken_changes_nothing() {
    let world = world().await;
    let token = world.sign_in().await.token;
    let file = world.config.keyring_file.clone().unwrap();
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "[[keys]]\nkid = \"x\"\n").unwrap();
    assert!(complained(&world.program(&["keys", "list"]).await).contains("not a file of keys"));
    assert!(world.person(&token).call(&GetMe).await.is_ok());
    std::fs::write(&file, whole).unwrap();
    assert!(complained(&world.program(&["keys", "activate", FIRST]).await).contains("has no key"));
    assert!(complained(&world.program(&["keys", "activate", "zz"]).await).contains("eight hexadecimal digits"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_keys_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = world().await;
    let file = world.config.keyring_file.clone().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(complained(&world.program(&["keys", "list"]).await).contains("0600"));
    assert!(complained(&world.program(&["check"]).await).contains("`keyring_file` can be read by others"));
}

#[tokio::test]
async fn without_the_keys_everybody_signs_in_again_and_nothing_else_happens() {
    let mut world = World::new().await;
    let token = world.sign_in().await.token;
    world.config.keyring = Keyring::new(Key::new([77; 32]), Vec::new());
    world.restart().await;
    for path in ["/api/session", "/api/save-targets"] {
        let request = world.request(reqwest::Method::GET, path).bearer_auth(&token);
        assert_eq!(answer::<Me>(request).await.unwrap_err().code, ProblemCode::SignedOut, "{path}");
    }
    let renewed = world.person(&token).call(&RenewSession).await;
    assert_eq!(renewed.unwrap_err().code, ProblemCode::SignedOut);
    let again = world.sign_in().await;
    assert!(again.call(&GetMe).await.is_ok());
}
