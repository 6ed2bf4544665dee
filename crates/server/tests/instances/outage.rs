//! A database that goes away and comes back under load.

use crate::fleet::{Fleet, STAFF};
use crate::postgres::Cluster;
use api::{GetMe, ProblemCode};
use futures_util::future::join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Whoever has a session keeps it: while the database is away their requests fail
/// and say so, never "signed out".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_restarts_under_load_signs_nobody_out() {
    let cluster = Cluster::start();
    let fleet = Fleet::on_database(&cluster.database()).await;
    let token = fleet.sign_in(0, STAFF).await;
    let over = Arc::new(AtomicBool::new(false));
    let (answered, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let asking = join_all((0..12).map(|i| {
        let (over, answered, failed, fleet, token) = (&over, &answered, &failed, &fleet, &token);
        async move {
            while !over.load(Ordering::Relaxed) {
                match fleet.call(i % 3, token, &GetMe).await {
                    Ok(_) => answered.fetch_add(1, Ordering::Relaxed),
                    Err(problem) => {
                        assert_eq!(problem.code, ProblemCode::StoreUnavailable);
                        failed.fetch_add(1, Ordering::Relaxed)
                    }
                };
            }
        }
    }));
    let restarting = async {
        for mode in ["fast", "immediate"] {
            let before = answered.load(Ordering::Relaxed);
            until(|| answered.load(Ordering::Relaxed) > before + 50).await;
            let before = failed.load(Ordering::Relaxed);
            tokio::task::block_in_place(|| cluster.stop(mode));
            until(|| failed.load(Ordering::Relaxed) > before).await;
            tokio::task::block_in_place(|| cluster.go_on());
            let before = answered.load(Ordering::Relaxed);
            until(|| answered.load(Ordering::Relaxed) > before + 50).await;
        }
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(asking, restarting);
    for server in 0..3 {
        assert!(fleet.lives(server, &token).await);
    }
    let purged = Instant::now();
    fleet.command(&["purge", "--everybody", "--yes"]).await;
    for server in 0..3 {
        assert!(!fleet.lives(server, &token).await);
    }
    assert!(purged.elapsed() < Duration::from_secs(3));
}

async fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    let mut again = tokio::time::interval(Duration::from_millis(10));
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "waited in vain");
        again.tick().await;
    }
}
