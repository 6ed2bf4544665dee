//! Opens the store in one `SQLite` file beside the server (`security.md §4.4`).
//!
//! What is acknowledged is on the disk. Several processes may hold the file open,
//! such as a server and an administrator's command.

use super::database::Database;
use super::writer::Writer;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

/// The store's file in the data folder.
const FILE: &str = "imis-outlook.sqlite";
/// Held while the file is made or brought up to date.
const LOCK_FILE: &str = "imis-outlook.lock";

/// Opens the store in a folder, making both where they are not there yet.
pub(super) async fn open(folder: &Path) -> io::Result<Database> {
    make_private(folder)?;
    let _alone = alone(folder).await?;
    let options = SqliteConnectOptions::new()
        .filename(folder.join(FILE))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .busy_timeout(Duration::from_secs(5));
    let mut writer = options.connect().await.map_err(io::Error::other)?;
    let mut migrations = sqlx::migrate!("./migrations/sqlite");
    // A newer server may have added to the tables; its additions do not disturb this one.
    migrations.set_ignore_missing(true);
    migrations.run(&mut writer).await.map_err(io::Error::other)?;
    let readers = SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(5)).max_connections(2);
    let readers = readers.connect_with(options.clone().read_only(true)).await.map_err(io::Error::other)?;
    Ok(Database::Sqlite { writer: Writer::new(writer, options), readers })
}

/// Waits until no other process is making the file.
async fn alone(folder: &Path) -> io::Result<File> {
    let file = private(&folder.join(LOCK_FILE))?;
    tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await.map_err(io::Error::other)?
}

/// Makes the folder and the file so that only the server's own account reads them.
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    private(&folder.join(FILE)).map(drop)
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        let file = options.open(path)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}
