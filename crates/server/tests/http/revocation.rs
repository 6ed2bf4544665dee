//! Sessions are seen and ended: by their person, by administrators, everywhere.

use crate::saves::{activity, all_saved, message};
use crate::world::{PASSWORD, STAFF, World, answer, code, sign_in};
use api::{
    AttachmentReport, EndScope, EndSessions, GetMe, ListSessions, Problem, ProblemCode, SaveAs, SaveReport, SessionId,
    Sessions, SessionsEnded, SignOut, SignedIn, SiteName, Whose,
};
use bytes::Bytes;
use futures_util::stream;
use reqwest::Method;
use sim::imis::{Effect, Fault, Settings};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

const PART: usize = 1024 * 1024;
const OTHER: &str = "STAFF1";

async fn list(world: &World, token: &str, whose: Whose) -> Result<Sessions, Problem> {
    world.person(token).call(&ListSessions { whose, user_name: String::new() }).await
}

/// Everybody at the site.
fn everybody() -> EndScope {
    EndScope::Site(SiteName("live".to_owned()))
}

async fn end(world: &World, token: &str, scope: EndScope) -> Result<SessionsEnded, Problem> {
    world.person(token).call(&EndSessions { scope }).await
}

async fn lives(world: &World, token: &str) -> bool {
    match world.person(token).call(&GetMe).await {
        Ok(_) => true,
        Err(problem) => {
            assert_eq!(problem.code, ProblemCode::SignedOut);
            false
        }
    }
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions() {
    let world = World::new().await;
    let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                Safari/537.36 Edg/140.0.0.0";
    let here: SignedIn = answer(world.call(&sign_in(OTHER, PASSWORD)).header("user-agent", edge)).await.unwrap();
    let here = here.token.0;
    world.pass(Duration::from_mins(5));
    let there = world.sign_in_as(OTHER).await.token;
    let somebody = world.sign_in().await.token;
    let mine = list(&world, &here, Whose::Mine).await.unwrap().sessions;
    assert_eq!(mine.len(), 2);
    assert_eq!(mine.iter().filter(|session| session.current).count(), 1);
    let current = mine.iter().find(|session| session.current).unwrap();
    assert_eq!((current.client.as_str(), current.user_name.as_str()), ("Edge on Windows", "staff1"));
    let other = mine.iter().find(|session| !session.current).unwrap();
    assert!(end(&world, &here, EndScope::Session(other.id.clone())).await.is_ok());
    assert!(!lives(&world, &there).await);
    assert!(lives(&world, &here).await && lives(&world, &somebody).await);
}

#[tokio::test]
async fn all_other_sessions_of_one_s_own_end_and_the_asking_one_stays() {
    let world = World::new().await;
    let here = world.sign_in_as(OTHER).await.token;
    let others = [world.sign_in_as(OTHER).await.token, world.sign_in_as(OTHER).await.token];
    let somebody = world.sign_in().await.token;
    assert_eq!(end(&world, &here, EndScope::MyOthers).await.unwrap().count, 2);
    for token in &others {
        assert!(!lives(&world, token).await);
    }
    assert!(lives(&world, &here).await && lives(&world, &somebody).await);
}

#[tokio::test]
async fn an_administrator_ends_a_session_a_user_s_a_site_s_and_everybody_s() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    let all = list(&world, &administrator, Whose::Everybodys).await.unwrap().sessions;
    assert_eq!(all.len(), 1);
    let victim = world.sign_in_as(OTHER).await.token;
    let all = list(&world, &administrator, Whose::Everybodys).await.unwrap().sessions;
    let id = all.iter().find(|session| session.user_name == "staff1").unwrap().id.clone();
    assert_eq!(end(&world, &administrator, EndScope::Session(id)).await.unwrap().count, 1);
    assert!(!lives(&world, &victim).await);

    let victims = [world.sign_in_as(OTHER).await.token, world.sign_in_as(OTHER).await.token];
    assert_eq!(end(&world, &administrator, EndScope::User(" Staff1 ".to_owned())).await.unwrap().count, 2);
    for victim in &victims {
        assert!(!lives(&world, victim).await);
    }
    assert!(lives(&world, &administrator).await);

    let victim = world.sign_in_as(OTHER).await.token;
    assert_eq!(end(&world, &administrator, everybody()).await.unwrap().count, 2, "the administrator's own too");
    assert!(!lives(&world, &victim).await && !lives(&world, &administrator).await);

    let ended = world.audit().await.into_iter().filter(|line| line["event"] == "sessions_ended");
    let ended: Vec<_> =
        ended.map(|line| (line["scope"].to_string(), line["by"].to_string(), line["count"].clone())).collect();
    let scopes: Vec<_> = ended.iter().map(|(scope, ..)| scope.trim_matches('"')).collect();
    assert_eq!(scopes, ["session", "user", "site"]);
    assert!(ended.iter().all(|(_, by, _)| by == "\"manager\""));
}

#[tokio::test]
async fn whoever_is_no_administrator_at_that_moment_touches_nobody_else() {
    let world = World::new().await;
    let staff = world.sign_in_as(OTHER).await.token;
    let manager = world.sign_in().await.token;
    let id = list(&world, &manager, Whose::Mine).await.unwrap().sessions[0].id.clone();
    // An administrator until a moment ago: the session still says so.
    world.imis.remove_role(STAFF, "SysAdmin");
    assert!(world.person(&manager).call(&GetMe).await.unwrap().administrator);
    let staff_id = list(&world, &staff, Whose::Mine).await.unwrap().sessions[0].id.clone();
    for (token, other) in [(&staff, id), (&manager, staff_id)] {
        assert_eq!(code(list(&world, token, Whose::Everybodys).await), ProblemCode::Forbidden);
        for scope in [EndScope::Session(other), EndScope::User("MEMBER1".to_owned()), everybody()] {
            assert_eq!(code(end(&world, token, scope.clone()).await), ProblemCode::Forbidden, "{scope:?}");
        }
    }
    assert!(lives(&world, &staff).await && lives(&world, &manager).await);
    assert_eq!(world.audited("refused").await, 8);
    assert_eq!(world.audited("sessions_ended").await, 0);
}

#[tokio::test]
async fn an_administrator_of_one_site_ends_nobody_s_sessions_at_another() {
    let world = World::with(Settings::default(), |config| {
        let mut other = server::config::Site::new("test", "Institute of Tests", config.sites[0].url.clone());
        other.credentials = server::config::Credentials::Offered;
        config.sites.push(other);
    })
    .await;
    let (administrator, staff) = (world.sign_in().await.token, world.sign_in_as(OTHER).await.token);
    let there = api::SignIn { site: SiteName("test".to_owned()), ..sign_in(OTHER, PASSWORD) };
    let there: SignedIn = answer(world.call(&there)).await.unwrap();
    for token in [&administrator, &staff] {
        let scope = EndScope::Site(SiteName("test".to_owned()));
        assert_eq!(code(end(&world, token, scope).await), ProblemCode::Forbidden);
    }
    assert_eq!(world.audited("refused").await, 2);
    assert_eq!(end(&world, &administrator, everybody()).await.unwrap().count, 2);
    assert!(lives(&world, &there.token.0).await);
}

#[tokio::test]
async fn an_end_that_nobody_waits_for_is_made_and_noted_all_the_same() {
    let world = World::new().await;
    let (here, there) = (world.sign_in_as(OTHER).await.token, world.sign_in_as(OTHER).await.token);
    // The store is busy when the question comes, and the person is gone before it is answered.
    let mut busy = world.database().await.acquire().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *busy).await.unwrap();
    let asked = world.call(&EndSessions { scope: EndScope::MyOthers }).bearer_auth(&here);
    assert!(asked.timeout(Duration::from_millis(400)).send().await.is_err());
    sqlx::query("COMMIT").execute(&mut *busy).await.unwrap();
    let begun = Instant::now();
    while world.audited("sessions_ended").await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "no line of it");
        tokio::task::yield_now().await;
    }
    assert!(!lives(&world, &there).await && lives(&world, &here).await);
}

#[tokio::test]
async fn what_is_being_read_is_not_shown_to_whoever_was_signed_out_meanwhile() {
    let world = World::with(Settings { latency: Duration::from_millis(1_500), ..Settings::default() }, |_| {}).await;
    let (here, there) = (world.sign_in_as(OTHER).await.token, world.sign_in_as(OTHER).await);
    let asked = Instant::now();
    let address = api::EmailAddress::parse("ada.lovelace@example.org").unwrap();
    let matching = api::MatchContacts { addresses: vec![address] };
    let purge = async {
        while world
            .imis
            .ledger()
            .requests()
            .iter()
            .all(|seen| !seen.path.contains("Party") && !seen.path.contains("query"))
        {
            tokio::task::yield_now().await;
            if asked.elapsed() > Duration::from_millis(500) {
                break;
            }
        }
        end(&world, &here, EndScope::MyOthers).await.unwrap();
    };
    let (found, targets, ()) = tokio::join!(there.call(&matching), there.call(&api::GetSaveTargets), purge);
    assert_eq!(code(found), ProblemCode::SignedOut);
    assert_eq!(code(targets), ProblemCode::SignedOut);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_server_that_is_stopping_still_hears_of_ends_while_it_saves() {
    let world = World::with(Settings { latency: Duration::from_millis(400), ..Settings::default() }, |_| {}).await;
    let other = world.another().await;
    let victim = world.sign_in_as(OTHER).await.token;
    let elsewhere = world.sign_in_as(OTHER).await.token;
    let ask = message(SaveAs::Interaction, &["101", "107"], &[]);
    let request = world.http.post(format!("{}/api/saves", other.url())).header(api::VERSION_HEADER, api::VERSION);
    let saving = tokio::spawn(request.json(&ask).bearer_auth(&victim).send());
    let database = world.database().await;
    while sqlx::query("SELECT 1 FROM step").fetch_optional(&database).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    // The person has gone, so only the save is left; the server is told to stop, and then the session ends.
    saving.abort();
    drop(saving.await);
    let stopping = tokio::spawn(other.stop());
    tokio::task::yield_now().await;
    end(&world, &elsewhere, EndScope::MyOthers).await.unwrap();
    stopping.await.unwrap();
    let written = |entity| world.imis.ledger().created(entity).len();
    assert_eq!(written("CommunicationLog"), 1, "what was on its way is finished");
    assert_eq!(written("CommunicationLogRecipient"), 0, "and nothing more is begun");
}

#[tokio::test]
async fn a_session_that_is_not_there_or_of_another_site_is_not_found() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    let nobody = EndScope::Session(SessionId("A".repeat(43)));
    assert_eq!(code(end(&world, &administrator, nobody).await), ProblemCode::NotFound);
    let garbage = EndScope::Session(SessionId("' OR 1=1 --".to_owned()));
    assert_eq!(code(end(&world, &administrator, garbage).await), ProblemCode::Invalid);
    let elsewhere = EndScope::Site(SiteName("elsewhere".to_owned()));
    assert_eq!(code(end(&world, &administrator, elsewhere).await), ProblemCode::Forbidden);
}

#[tokio::test]
async fn an_administrator_does_so_much_in_a_minute() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    for _ in 0..30 {
        assert!(end(&world, &administrator, EndScope::User("NOBODY".to_owned())).await.is_ok());
    }
    let problem = end(&world, &administrator, EndScope::User("NOBODY".to_owned())).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::Busy);
    assert!(problem.retry_after_s.is_some_and(|seconds| seconds <= 61));
    world.pass(Duration::from_mins(1));
    assert!(end(&world, &administrator, EndScope::User("NOBODY".to_owned())).await.is_ok());
}

/// An upload under way: its first megabytes are with the server.
struct Upload {
    chunks: mpsc::Sender<Result<Bytes, std::io::Error>>,
    answer: tokio::task::JoinHandle<Result<AttachmentReport, Problem>>,
}

impl Upload {
    /// The rest of the file is there too; whether anybody takes it is another matter.
    async fn finish(self) -> Result<AttachmentReport, Problem> {
        for _ in 0..2 {
            drop(self.chunks.send(Ok(Bytes::from(vec![7; PART]))).await);
        }
        drop(self.chunks);
        self.answer.await.unwrap()
    }
}

async fn begin_upload(world: &World, url: &str, token: &str, save: &api::SaveId) -> Upload {
    let (chunks, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = stream::unfold(body, |mut body| async move { body.recv().await.map(|next| (next, body)) });
    let path = AttachmentReport::path(save, 0);
    let request = world.http.request(Method::PUT, format!("{url}{path}")).header(api::VERSION_HEADER, api::VERSION);
    let request = request.bearer_auth(token).header("content-length", (22 * PART).to_string());
    let answer = tokio::spawn(answer::<AttachmentReport>(request.body(reqwest::Body::wrap_stream(body))));
    // More than sockets hold: when the last of it is taken the server is reading.
    for _ in 0..20 {
        chunks.send(Ok(Bytes::from(vec![7; PART]))).await.unwrap();
    }
    Upload { chunks, answer }
}

#[tokio::test]
async fn an_upload_under_way_stops_when_its_session_is_ended() {
    let world = World::new().await;
    let victim = world.sign_in_as(OTHER).await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    assert!(all_saved(&victim.call(&ask).await.unwrap()));
    let upload = begin_upload(&world, &world.url, &victim.token, &ask.save).await;
    let administrator = world.sign_in().await.token;
    let asked = Instant::now();
    end(&world, &administrator, EndScope::User(OTHER.to_owned())).await.unwrap();
    assert_eq!(code(upload.finish().await), ProblemCode::SignedOut);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(world.imis.ledger().created("LegacyActivityAttachment").is_empty());
    let again = world.sign_in_as(OTHER).await;
    let report: AttachmentReport = answer(again.put(&ask.save, 0).body("whole")).await.unwrap();
    assert!(report.complete(), "the same save goes on after signing in again");
    assert_eq!(world.imis.ledger().created("LegacyActivityAttachment").len(), 1);
}

#[tokio::test]
async fn a_save_under_way_stops_before_its_next_write_and_is_finished_later() {
    let world = World::with(Settings { latency: Duration::from_millis(300), ..Settings::default() }, |_| {}).await;
    let victim = world.sign_in_as(OTHER).await;
    let elsewhere = world.sign_in_as(OTHER).await.token;
    let ask = message(SaveAs::Interaction, &["101", "107"], &[]);
    let ((), report) = tokio::join!(
        async {
            // The entry is noted and on its way; its lines would follow.
            let database = world.database().await;
            while sqlx::query("SELECT 1 FROM step").fetch_optional(&database).await.unwrap().is_none() {
                tokio::task::yield_now().await;
            }
            end(&world, &elsewhere, EndScope::MyOthers).await.unwrap();
        },
        victim.call(&ask)
    );
    assert_eq!(code(report), ProblemCode::SignedOut);
    let written = |entity| world.imis.ledger().created(entity).len();
    assert_eq!(written("CommunicationLog"), 1, "what was on its way is finished");
    assert_eq!(written("CommunicationLogRecipient"), 0, "and nothing more is begun");
    let again = world.sign_in_as(OTHER).await;
    let report: SaveReport = again.call(&ask).await.unwrap();
    assert!(all_saved(&report), "{report:?}");
    assert_eq!((written("CommunicationLog"), written("CommunicationLogRecipient")), (1, 2), "each once");
}

#[tokio::test]
async fn another_server_on_the_same_store_follows_within_a_second() {
    let world = World::new().await;
    let victim = world.sign_in_as(OTHER).await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    assert!(all_saved(&victim.call(&ask).await.unwrap()));
    let other = world.another().await;
    let upload = begin_upload(&world, other.url(), &victim.token, &ask.save).await;
    let administrator = world.sign_in().await.token;
    end(&world, &administrator, everybody()).await.unwrap();
    let elsewhere = world.http.get(format!("{}/api/session", other.url())).header(api::VERSION_HEADER, api::VERSION);
    assert_eq!(code(answer::<api::Me>(elsewhere.bearer_auth(&victim.token)).await), ProblemCode::SignedOut);
    // It hears of it within a second; what comes then is read and dropped.
    let mut upload = upload;
    drop(tokio::time::timeout(Duration::from_secs(1), &mut upload.answer).await);
    assert_eq!(code(upload.finish().await), ProblemCode::SignedOut);
    assert!(world.imis.ledger().created("LegacyActivityAttachment").is_empty());
    other.stop().await;
}

#[tokio::test]
async fn ended_sessions_stay_ended_after_a_restart() {
    let mut world = World::new().await;
    let victim = world.sign_in_as(OTHER).await.token;
    let administrator = world.sign_in().await.token;
    end(&world, &administrator, everybody()).await.unwrap();
    world.restart().await;
    assert!(!lives(&world, &victim).await && !lives(&world, &administrator).await);
}

#[tokio::test]
async fn a_sign_in_that_began_before_everybody_was_signed_out_is_too_late() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    world.imis.faults().add(Fault::once(Effect::Latency(Duration::from_millis(400))).on("POST", "token"));
    let slow = world.try_sign_in(OTHER, PASSWORD);
    let purge = async {
        while world.imis.ledger().requests().len() < 3 && world.imis.faults().waiting() > 0 {
            tokio::task::yield_now().await;
        }
        // By a clock that is behind the one of the sign-in: the order of things decides.
        world.set_back(Duration::from_mins(1));
        end(&world, &administrator, EndScope::User(OTHER.to_owned())).await.unwrap();
    };
    let (late, ()) = tokio::join!(slow, purge);
    assert_eq!(code(late), ProblemCode::SignInOver);
    assert!(world.try_sign_in(OTHER, PASSWORD).await.is_ok(), "a new one is welcome");
}

#[tokio::test]
async fn signing_out_is_at_once_and_for_every_server() {
    let world = World::new().await;
    let other = world.another().await;
    let token = world.sign_in().await.token;
    world.person(&token).call(&SignOut).await.unwrap();
    for url in [world.url.as_str(), other.url()] {
        let request = world.http.get(format!("{url}/api/session")).header(api::VERSION_HEADER, api::VERSION);
        assert_eq!(code(answer::<api::Me>(request.bearer_auth(&token)).await), ProblemCode::SignedOut);
    }
    other.stop().await;
}
