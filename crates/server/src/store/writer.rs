//! Writing to the file, several works to one commit.
//!
//! A commit waits for the disk, however little is in it. So whoever comes while another writes shares the
//! transaction: each work is a savepoint of its own, so that one that fails or is given up leaves nothing and disturbs
//! no other, and none is acknowledged before the commit of them all.

use super::database::timed;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::io;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Most works to a commit: the first of them waits for the last.
const MOST: usize = 64;

/// What went wrong, for all whom it concerns.
type Shared = Arc<sqlx::Error>;
/// Somebody who wants a turn.
type Wish = oneshot::Sender<Result<Turn, Shared>>;
/// Somebody who waits for the commit.
type Waiting = oneshot::Sender<Result<(), Shared>>;

/// The way to the one connection that writes; turns are given in the order they are asked for.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    wishes: mpsc::UnboundedSender<Wish>,
    closing: CancellationToken,
}

/// The connection while it is somebody's. Dropped, nothing of the work is done.
pub(super) struct Turn {
    lent: Option<(SqliteConnection, oneshot::Sender<(SqliteConnection, Ending)>)>,
}

/// How a work ends.
enum Ending {
    Kept(Waiting),
    /// It has written nothing, but read what others have.
    Read(Waiting),
    GivenUp,
}

impl Writer {
    /// Writes by this connection, and by new ones of its kind after a failure.
    pub(super) fn new(connection: SqliteConnection, options: SqliteConnectOptions) -> Self {
        let (wishes, asked) = mpsc::unbounded_channel();
        let closing = CancellationToken::new();
        tokio::spawn(serve(connection, options, asked, closing.clone()));
        Self { wishes, closing }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        let (wish, given) = oneshot::channel();
        self.wishes.send(wish).map_err(|_| sqlx::Error::PoolClosed)?;
        told(given).await
    }

    /// Ends it once the works under way have ended.
    pub(super) async fn close(&self) {
        self.closing.cancel();
        self.wishes.closed().await;
    }
}

impl Turn {
    /// Where the work's statements go.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        self.lent.as_mut().map(|(connection, _)| connection).ok_or(sqlx::Error::PoolClosed)
    }

    /// Makes the work count; answers when it is on the disk.
    pub(super) async fn keep(self) -> Result<(), sqlx::Error> {
        self.end(Ending::Kept).await
    }

    /// Takes the work back; answers when what it has seen of others is on the disk.
    pub(super) async fn leave(self) -> Result<(), sqlx::Error> {
        self.end(Ending::Read).await
    }

    async fn end(mut self, how: fn(Waiting) -> Ending) -> Result<(), sqlx::Error> {
        let (waiting, committed) = oneshot::channel();
        self.give_back(how(waiting));
        told(committed).await
    }

    fn give_back(&mut self, ending: Ending) {
        if let Some((connection, back)) = self.lent.take() {
            // Where the program ends, nobody takes it.
            drop(back.send((connection, ending)));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.give_back(Ending::GivenUp);
    }
}

async fn told<T>(answer: oneshot::Receiver<Result<T, Shared>>) -> Result<T, sqlx::Error> {
    let answer = answer.await.map_err(|_| sqlx::Error::PoolClosed)?;
    answer.map_err(|error| sqlx::Error::Io(io::Error::other(error)))
}

/// Gives turns until it is to end. A connection that failed is not used again.
async fn serve(
    connection: SqliteConnection,
    options: SqliteConnectOptions,
    mut asked: mpsc::UnboundedReceiver<Wish>,
    closing: CancellationToken,
) {
    let mut connection = Some(connection);
    while let Some(Some(first)) = closing.run_until_cancelled(asked.recv()).await {
        let mut waiting = Vec::new();
        let ended = match begin(connection.take(), &options).await {
            Ok(begun) => group(begun, first, &mut asked, &mut waiting).await.map(|sound| connection = Some(sound)),
            Err(error) => {
                // Those behind would wait as long for the same.
                refuse(error, std::iter::once(first).chain(std::iter::from_fn(|| asked.try_recv().ok())))
            }
        };
        for one in waiting {
            // Who does not wait any more does not need to know.
            drop(one.send(ended.clone()));
        }
    }
    if let Some(connection) = connection {
        drop(connection.close().await);
    }
}

/// Begins the work of several.
async fn begin(
    connection: Option<SqliteConnection>,
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = match connection {
        Some(connection) => connection,
        None => timed(options.connect()).await?,
    };
    // Immediate: whoever would read first and write later could find that another process wrote in between.
    step(&mut connection, "BEGIN IMMEDIATE; SAVEPOINT work").await?;
    Ok(connection)
}

/// Lends the connection to one after another until nobody waits for it, then commits.
async fn group(
    mut connection: SqliteConnection,
    first: Wish,
    asked: &mut mpsc::UnboundedReceiver<Wish>,
    waiting: &mut Vec<Waiting>,
) -> Result<SqliteConnection, Shared> {
    let mut next = Some(first);
    let mut count = 0;
    while let Some(wish) = next {
        let (back, returned) = oneshot::channel();
        // A turn that nobody takes any more gives itself back.
        drop(wish.send(Ok(Turn { lent: Some((connection, back)) })));
        let (given_back, ending) = returned.await.map_err(|_| Arc::new(sqlx::Error::WorkerCrashed))?;
        connection = given_back;
        let is_kept = matches!(ending, Ending::Kept(_));
        if let Ending::Kept(one) | Ending::Read(one) = ending {
            waiting.push(one);
        }
        count += 1;
        next = if count < MOST { asked.try_recv().ok() } else { None };
        let then = match (is_kept, &next) {
            (true, Some(_)) => "RELEASE work; SAVEPOINT work",
            (true, None) => "RELEASE work; COMMIT",
            (false, Some(_)) => "ROLLBACK TO work",
            (false, None) => "ROLLBACK TO work; COMMIT",
        };
        if let Err(error) = step(&mut connection, then).await {
            return refuse(error, next);
        }
    }
    Ok(connection)
}

fn refuse<T>(error: sqlx::Error, wishes: impl IntoIterator<Item = Wish>) -> Result<T, Shared> {
    let error = Arc::new(error);
    for wish in wishes {
        drop(wish.send(Err(Arc::clone(&error))));
    }
    Err(error)
}

async fn step(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    timed(sqlx::raw_sql(sql).execute(connection)).await.map(drop)
}
