//! Scripts that play attackers (`security.md §4.3`): each has one thing and tries
//! all it can with the product's own formats. Each gets nothing it should not.

use crate::key_binding::{BrowserKey, bound};
use crate::saves::{activity, message};
use crate::world::{KEY, PASSWORD, STAFF, World, answer};
use api::{GetMe, GetSaveTargets, Me, ProblemCode, RenewSession, SaveMessage, SignedIn};
use reqwest::Method;
use server::config::{Key, Keyring};
use std::path::{Path, PathBuf};

/// Somebody else's server key.
const OTHER_KEY: [u8; 32] = [5; 32];

/// All bytes of the store's files.
fn bytes(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.is_file()).flat_map(|file| std::fs::read(file).unwrap()).collect()
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
}

async fn refused(world: &World, url: &str, token: &str) {
    for (method, path) in [(Method::GET, "/api/session"), (Method::POST, "/api/session/renew")] {
        let request = world.http.request(method, format!("{url}{path}")).header(api::VERSION_HEADER, api::VERSION);
        let problem = answer::<Me>(request.bearer_auth(token)).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::SignedOut, "{path}");
    }
}

/// Begins what leaves most behind: two people, a renewal, a save.
async fn a_day(world: &World) -> (String, String) {
    let first = world.sign_in().await.token;
    let victim: SignedIn = world.person(&first).call(&RenewSession).await.unwrap();
    let victim = victim.token.0;
    let ask: SaveMessage = message(activity(), &["101"], &["a.pdf"]);
    world.person(&victim).call(&ask).await.unwrap();
    let attacker = world.sign_in_as("STAFF1").await.token;
    (victim, attacker)
}

#[tokio::test]
async fn whoever_reads_the_database_finds_no_secret_and_nothing_that_is_a_token() {
    let world = World::new().await;
    let (victim, attacker) = a_day(&world).await;
    let rest = bytes(world.data());
    assert!(holds(&rest, "manager"), "the files were read");
    for secret in [PASSWORD, "CANARY-", &victim, &victim[4..40], KEY, "Rivera", "Dear all", "Dues"] {
        assert!(!holds(&rest, secret), "{secret}");
    }
    // Every blob of every table, as a token.
    let database = world.database().await;
    for column in ["row_key", "sealed", "former"] {
        let blobs: Vec<(Vec<u8>,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {column} FROM session WHERE {column} IS NOT NULL")))
                .fetch_all(&database)
                .await
                .unwrap();
        for (blob,) in blobs {
            use base64::Engine as _;
            let blob = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(blob);
            refused(&world, &world.url, &format!("ia1_{blob}")).await;
            refused(&world, &world.url, &blob).await;
        }
    }
    assert!(world.person(&attacker).call(&GetMe).await.is_ok());
}

#[tokio::test]
async fn whoever_writes_the_database_becomes_nobody_else() {
    let world = World::new().await;
    let (victim, attacker) = a_day(&world).await;
    let database = world.database().await;
    sqlx::query("CREATE TABLE kept AS SELECT * FROM session").execute(&database).await.unwrap();
    let victims = "(SELECT %s FROM kept WHERE user_name = 'manager')";
    for columns in [&["sealed"][..], &["former"], &["sealed", "former", "former_until_ms"], &["user_name", "site"]] {
        let set: Vec<String> =
            columns.iter().map(|column| format!("{column} = {}", victims.replace("%s", column))).collect();
        let update = format!("UPDATE session SET {} WHERE user_name = 'staff1'", set.join(", "));
        sqlx::query(sqlx::AssertSqlSafe(update)).execute(&database).await.unwrap();
        match world.person(&attacker).call(&GetMe).await {
            Ok(me) => assert_eq!(me.user_name, "STAFF1", "{columns:?}"),
            Err(problem) => assert_eq!(problem.code, ProblemCode::SignedOut, "{columns:?}"),
        }
        sqlx::query("DELETE FROM session").execute(&database).await.unwrap();
        sqlx::query("INSERT INTO session SELECT * FROM kept").execute(&database).await.unwrap();
    }
    assert_eq!(world.person(&victim).call(&GetMe).await.unwrap().user_name, STAFF);
    for change in [
        "user_name = 'manager'",
        "site = 'elsewhere'",
        "subject = (SELECT row_key FROM kept LIMIT 1)",
        "provider_session = (SELECT row_key FROM kept LIMIT 1)",
    ] {
        let update = format!("UPDATE session SET {change} WHERE user_name = 'staff1'");
        sqlx::query(sqlx::AssertSqlSafe(update)).execute(&database).await.unwrap();
        refused(&world, &world.url, &attacker).await;
        sqlx::query("DELETE FROM session").execute(&database).await.unwrap();
        sqlx::query("INSERT INTO session SELECT * FROM kept").execute(&database).await.unwrap();
    }
    // A former token does not work for longer than is sealed.
    let renewed = world.person(&attacker).call(&api::RenewSession).await.unwrap();
    let longer = "UPDATE session SET former_until_ms = former_until_ms + 1000000 WHERE user_name = 'staff1'";
    sqlx::query(longer).execute(&database).await.unwrap();
    world.pass(std::time::Duration::from_mins(2));
    refused(&world, &world.url, &attacker).await;
    let attacker = renewed.token.0;
    sqlx::query("DELETE FROM session").execute(&database).await.unwrap();
    sqlx::query("INSERT INTO session SELECT * FROM kept").execute(&database).await.unwrap();
    // Nor does anybody live longer than the sealed end.
    sqlx::query("UPDATE session SET ends_ms = ends_ms + 1000000").execute(&database).await.unwrap();
    refused(&world, &world.url, &attacker).await;
}

#[tokio::test]
async fn whoever_writes_the_database_unbinds_no_session_from_its_key() {
    let world = World::new().await;
    let (owner, thief) = (BrowserKey::new(), BrowserKey::new());
    let token = bound(&world, &owner).await.token.0;
    let thiefs = bound(&world, &thief).await;
    assert!(thiefs.key_bound);
    let database = world.database().await;
    sqlx::query("UPDATE session SET thumbprint = NULL").execute(&database).await.unwrap();
    refused(&world, &world.url, &token).await;
}

#[tokio::test]
async fn a_backup_without_the_keys_opens_for_nobody_even_with_a_token() {
    let mut world = World::new().await;
    let (victim, _) = a_day(&world).await;
    let backup: PathBuf = world.folder().join("backup");
    copy(world.data(), &backup);
    assert!(!holds(&bytes(&backup), "CANARY-"), "tokens for iMIS are in no file");
    world.stop().await;
    world.config.data = backup;
    world.config.keyring = Keyring::new(Key::new(OTHER_KEY), Vec::new());
    let thief = world.another().await;
    refused(&world, thief.url(), &victim).await;
    thief.stop().await;
}

#[tokio::test]
async fn a_backup_with_the_keys_but_no_token_gives_no_password_and_no_session() {
    let mut world = World::new().await;
    let (_, _) = a_day(&world).await;
    let backup: PathBuf = world.folder().join("backup");
    copy(world.data(), &backup);
    world.stop().await;
    world.imis.ledger().forget_requests();
    world.config.data = backup;
    // The thief runs the product itself on what was stolen, and signs in as somebody of their own.
    let thief = world.another().await;
    let post = world.http.post(format!("{}/api/session", thief.url())).header(api::VERSION_HEADER, api::VERSION);
    world.pass(std::time::Duration::from_secs(1));
    let own: SignedIn = answer(post.json(&crate::world::sign_in("STAFF1", PASSWORD))).await.unwrap();
    let database =
        sqlx::SqlitePool::connect(&format!("sqlite://{}", world.config.data.join("imis-outlook.sqlite").display()))
            .await
            .unwrap();
    let theirs = "UPDATE session SET sealed = (SELECT sealed FROM session WHERE user_name = 'manager') \
                  WHERE begun_ms = (SELECT MAX(begun_ms) FROM session)";
    sqlx::query(theirs).execute(&database).await.unwrap();
    refused(&world, thief.url(), &own.token.0).await;
    let asked = world.imis.ledger().requests();
    assert!(asked.iter().filter(|seen| seen.path.ends_with("token")).count() == 1, "only the thief's own sign-in");
    thief.stop().await;
}

#[tokio::test]
async fn the_keys_alone_make_no_session() {
    let world = World::new().await;
    let (victim, _) = a_day(&world).await;
    // The thief's own server with the stolen keys and an empty store.
    let forge = World::new().await;
    let forged = forge.sign_in().await.token;
    refused(&world, &world.url, &forged).await;
    // A captured token opens there to nothing: the password is in a row it does not have.
    refused(&forge, &forge.url, &victim).await;
    assert!(world.person(&victim).call(&GetSaveTargets).await.is_ok());
}

#[tokio::test]
async fn a_stolen_token_that_is_bound_is_worth_nothing_and_ends_nothing() {
    let world = World::new().await;
    let (owner, thief) = (BrowserKey::new(), BrowserKey::new());
    let token = bound(&world, &owner).await.token.0;
    refused(&world, &world.url, &token).await;
    for (method, path) in [("GET", "/api/session"), ("POST", "/api/session/renew"), ("DELETE", "/api/session")] {
        let proof = thief.proof(&world, method, path, Some(&token));
        let request = world.request(method.parse().unwrap(), path).header("authorization", format!("DPoP {token}"));
        let problem = answer::<Me>(request.header("dpop", proof)).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::SignedOut, "{method} {path}");
    }
    let proof = owner.proof(&world, "GET", "/api/session", Some(&token));
    let request = world.request(Method::GET, "/api/session").header("authorization", format!("DPoP {token}"));
    assert!(answer::<Me>(request.header("dpop", proof)).await.is_ok());
}

#[tokio::test]
async fn a_stolen_token_that_is_not_bound_dies_with_its_session() {
    let world = World::new().await;
    let (stolen, _) = a_day(&world).await;
    let thief = world.person(&stolen);
    assert!(thief.call(&GetMe).await.is_ok(), "until then it is as good as the owner's: bind tokens");
    world.person(&stolen).call(&api::SignOut).await.unwrap();
    refused(&world, &world.url, &stolen).await;
}
