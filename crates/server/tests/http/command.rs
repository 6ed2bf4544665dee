//! The program's commands beside a running server.

use crate::world::{KEY, STAFF, World};
use api::{GetMe, ProblemCode};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use tokio::process::Command;

impl World {
    /// Runs the program on this world's store and keys.
    pub(crate) async fn program(&self, arguments: &[&str]) -> Output {
        let file = self.program_config();
        let mut program = Command::new(env!("CARGO_BIN_EXE_imis-outlook"));
        program.arg("--config").arg(file).args(arguments).env_clear().stdin(Stdio::null());
        program.current_dir(self.folder()).output().await.unwrap()
    }

    fn program_config(&self) -> PathBuf {
        let file = self.folder().join("imis-outlook.toml");
        let key = match &self.config.keyring_file {
            Some(keys) => format!("keyring_file = \"{}\"", keys.display()),
            None => format!("key = \"{KEY}\""),
        };
        let toml = format!(
            "public_url = \"http://127.0.0.1:1\"\n{key}\ndata = \"{}\"\n[sites.live]\nurl = \"{}\"\n\
             credentials = {{ enabled = true }}\n",
            self.data().display(),
            self.imis.url(),
        );
        std::fs::write(&file, toml).unwrap();
        file
    }
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn complained(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

async fn ends_within_a_second(world: &World, token: &str) {
    let begun = Instant::now();
    while world.person(token).call(&GetMe).await.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
    assert_eq!(world.person(token).call(&GetMe).await.unwrap_err().code, ProblemCode::SignedOut);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_from_the_command_line() {
    let world = World::new().await;
    world.now();
    let (manager, staff) = (world.sign_in().await.token, world.sign_in_as("STAFF1").await.token);
    let list = said(&world.program(&["sessions", "--site", "live", "--user", "staff"]).await);
    let line = list.lines().find(|line| line.contains("staff1")).unwrap();
    assert!(!list.contains("manager"), "{list}");
    let id = line.split_whitespace().next().unwrap();
    let ended = world.program(&["purge", "--session", id, "--yes"]).await;
    assert_eq!(said(&ended), "ended 1 session\n");
    ends_within_a_second(&world, &staff).await;
    assert!(world.person(&manager).call(&GetMe).await.is_ok());

    world.now();
    let again = world.sign_in_as("STAFF1").await.token;
    let ended = world.program(&["purge", "--user", STAFF, "--site", "live", "--yes"]).await;
    assert_eq!(said(&ended), "ended 1 session\n");
    ends_within_a_second(&world, &manager).await;
    assert!(world.person(&again).call(&GetMe).await.is_ok());
    assert_eq!(said(&world.program(&["purge", "--site", "live", "--yes"]).await), "ended 1 session\n");
    ends_within_a_second(&world, &again).await;
    world.now();
    let remaining = world.sign_in().await.token;
    assert_eq!(said(&world.program(&["purge", "--everybody", "--yes"]).await), "ended 1 session\n");
    ends_within_a_second(&world, &remaining).await;
    assert_eq!(world.audited("sessions_ended").await, 4);
    let shown = said(&world.program(&["audit", "show", "--user", "manager"]).await);
    assert!(shown.contains("session_begun") && !shown.contains("staff1"), "{shown}");
}

#[tokio::test]
async fn a_purge_asks_first_and_says_what_is_wrong() {
    let world = World::new().await;
    world.now();
    let token = world.sign_in().await.token;
    assert!(complained(&world.program(&["purge", "--everybody"]).await).contains("--yes"));
    assert!(complained(&world.program(&["purge", "--yes"]).await).contains("--everybody"), "of whom");
    assert!(complained(&world.program(&["purge", "--user", STAFF, "--yes"]).await).contains("--site"));
    let wrong = world.program(&["purge", "--site", "elsewhere", "--yes"]).await;
    assert!(complained(&wrong).contains("no site `elsewhere`"));
    assert!(complained(&world.program(&["purge", "--session", "x", "--yes"]).await).contains("sessions"));
    assert!(world.person(&token).call(&GetMe).await.is_ok());
}
