//! Many people at once: nobody is ever given another's token (`security.md §1.3` K33).

use crate::credentials;
use futures_util::{StreamExt, stream};
use imis::{Authorities, Client, Limits, MemoryHome, Renewal, SiteUrl, UserName};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

const PEOPLE: usize = 200;
const CALLS: usize = 20;

/// A site where anybody may sign in and no token lives long.
#[derive(Default)]
struct Site {
    /// Who has which token, and how often it was used.
    tokens: Mutex<HashMap<String, (String, usize)>>,
    /// Requests that asked for somebody else than the token's owner.
    mixed_up: Mutex<usize>,
    grants: Mutex<usize>,
}

impl Site {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(Arc::clone(&self).connection(stream));
        }
    }

    async fn connection(self: Arc<Self>, mut stream: TcpStream) {
        let mut read = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                    break end + 4;
                }
                if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                    return;
                }
            };
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let header = |name: &str| {
                head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name))
            };
            let length: usize = header("content-length").map_or(0, |(_, value)| value.parse().unwrap());
            while read.len() < end + length {
                assert!(stream.read_buf(&mut read).await.unwrap() > 0, "the body ended early");
            }
            let body = String::from_utf8_lossy(&read[end..end + length]).into_owned();
            read.drain(..end + length);
            let token = header("authorization").map(|(_, value)| value.trim_start_matches("Bearer ").to_owned());
            let (status, answer) = self.answer(head.lines().next().unwrap(), token.as_deref(), &body);
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &str, token: Option<&str>, body: &str) -> (u16, String) {
        let mut tokens = self.tokens.lock().unwrap();
        if request.starts_with("POST /token ") {
            let field = |name: &str| body.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap();
            let user = field("username=").to_owned();
            let mut grants = self.grants.lock().unwrap();
            *grants += 1;
            let token = format!("{user}-{grants}");
            // A new token ends the former.
            tokens.retain(|_, (owner, _)| *owner != user);
            tokens.insert(token.clone(), (user.clone(), 0));
            return (200, format!(r#"{{"access_token":"{token}","expires_in":3600,"userName":"{user}"}}"#));
        }
        let Some((owner, uses)) = token.and_then(|token| tokens.get_mut(token)) else { return (401, String::new()) };
        if !request.contains(&format!("eq%3A{owner} ")) {
            *self.mixed_up.lock().unwrap() += 1;
        }
        *uses += 1;
        let answer = format!(r#"{{"Items":[{{"UserName":"{owner}","UserId":"{owner}","Roles":["IsStaff"]}}]}}"#);
        // No token lives long.
        if *uses == 7 {
            let owner = owner.clone();
            tokens.retain(|_, (other, _)| *other != owner);
        }
        (200, answer)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_crowd_everybody_acts_with_the_own_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = SiteUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let site = Arc::new(Site::default());
    let serving = tokio::spawn(Arc::clone(&site).serve(listener));
    let home = Arc::new(MemoryHome::default());
    let instance =
        || Client::with_home(url.clone(), Limits::default(), &Authorities::default(), Arc::clone(&home) as _).unwrap();
    let clients = [instance(), instance()];
    let calls = (0..PEOPLE * CALLS).map(|number| {
        let name = format!("person{}", number % PEOPLE);
        let renewal = Renewal::Credentials(credentials(&name, "p"));
        let acting = clients[number / PEOPLE % 2].acting_as(UserName::new(&name), renewal);
        async move { (acting.whoami().await, name) }
    });
    let answers: Vec<_> = stream::iter(calls).buffer_unordered(100).collect().await;
    serving.abort();
    for (user, name) in &answers {
        let user = user.as_ref().unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((user.user_name.as_str(), user.contact.as_str()), (name.as_str(), name.as_str()));
    }
    assert_eq!((answers.len(), *site.mixed_up.lock().unwrap()), (PEOPLE * CALLS, 0));
    // Each token was good for seven uses, of which one read the user anew.
    let least = PEOPLE * CALLS / 6;
    let grants = *site.grants.lock().unwrap();
    assert!((least..least + 2 * PEOPLE).contains(&grants), "{grants} tokens for {} calls", PEOPLE * CALLS);
}
