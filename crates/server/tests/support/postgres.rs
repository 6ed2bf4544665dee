//! A real `PostgreSQL` for tests: its own cluster in a folder of its own, reached
//! by a socket in that folder, gone when the test binary is.
//!
//! It refuses to run as root, so root starts it as its own account. A shell
//! outlives the tests, however they end, and ends the cluster by its id.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// How the cluster of a test binary is set: nothing outlives a test, so nothing is forced to the disk.
const SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=300 \
                        -c shared_buffers=64MB -c client_min_messages=error -c log_min_messages=fatal";

static SHARED: Mutex<Option<Cluster>> = Mutex::new(None);
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A cluster of its own.
pub(crate) struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    /// Waits for the end of our end of its input.
    guard: Child,
}

/// The account that the cluster runs as, where it is not ours.
struct Account {
    user: u32,
    group: u32,
}

impl Cluster {
    /// Starts one; for tests that stop and start it. Others take [`database`].
    pub(crate) fn start() -> Self {
        let bin = programs();
        let folder = std::env::temp_dir().join(format!("imis-outlook-pg-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        if let Some(account) = account() {
            std::os::unix::fs::chown(&folder, Some(account.user), Some(account.group)).unwrap();
        }
        let script = "read -r _; kill -INT \"$(head -n 1 data/postmaster.pid)\"; \
                      while [ -e data/postmaster.pid ]; do sleep 0.05; done; rm -rf \"$PWD\"";
        let guard = Command::new("sh")
            .args(["-c", script])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let cluster = Self { bin, folder, guard };
        cluster
            .run("initdb", &["-D", "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]);
        cluster.go_on();
        cluster
    }

    /// Starts it again.
    pub(crate) fn go_on(&self) {
        let settings = format!("{SETTINGS} -k {}", self.folder.display());
        self.run("pg_ctl", &["-D", "data", "-w", "-s", "-l", "log", "-o", &settings, "start"]);
    }

    /// Stops it as an administrator does, or as a lost machine would: `fast` or `immediate`.
    pub(crate) fn stop(&self, mode: &str) {
        self.run("pg_ctl", &["-D", "data", "-w", "-s", "-m", mode, "stop"]);
    }

    /// A new, empty database; answers its address.
    pub(crate) fn database(&self) -> String {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &["-h", &self.folder.display().to_string(), "-U", "postgres", &name]);
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{name}")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.bin.join(program));
        command.args(arguments).current_dir(&self.folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        if let Some(account) = account() {
            command.uid(account.user).gid(account.group);
        }
        // To a file: what it starts would hold a pipe open.
        let output = self.folder.join(format!("{program}.out"));
        let file = std::fs::File::create(&output).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let ended = command.status().unwrap();
        assert!(ended.success(), "{program} failed: {}", std::fs::read_to_string(&output).unwrap());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// A new, empty database in the cluster that all tests of this binary share.
pub(crate) fn database() -> String {
    SHARED.lock().unwrap().get_or_insert_with(Cluster::start).database()
}

/// Whom to run as: nobody else, unless we are root.
fn account() -> Option<Account> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let named = |name| Some(Account { user: id(&["-u", name])?, group: id(&["-g", name])? });
    Some(named("postgres").or_else(|| named("nobody")).expect("an account other than root"))
}

/// The folder with its programs: Debian keeps them off the path, by version.
fn programs() -> PathBuf {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
        versions.sort();
        folders.extend(versions.into_iter().rev());
    }
    let complete = |folder: &&PathBuf| {
        // A link would lead away from the programs beside it.
        ["initdb", "pg_ctl", "postgres", "createdb"].iter().all(|name| is_program(&folder.join(name)))
    };
    let found = folders.iter().find(complete).cloned();
    found.expect("these tests need PostgreSQL: as root, apt-get install postgresql")
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
