//! One client for each site, and a handle for each person who acts there.

use crate::{
    Abilities, Credentials, Error, ErrorKind, Operation, PartyId, Renewal, SignInError, SiteUrl, UserName,
    exchange::{Again, Failed, RetryBudget, interpret, not_understood, pause},
    token::{NoToken, TokenSlot},
    wire,
};
use bytes::Bytes;
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Time limits and retries (`security.md §5.3`).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To make a connection, TLS included.
    pub connect: Duration,
    /// A read, from sending to the last byte.
    pub read: Duration,
    /// A write, likewise.
    pub write: Duration,
    /// An attachment, likewise.
    pub upload: Duration,
    /// How often a read is repeated.
    pub read_retries: u32,
    /// The longest pause before a repetition; full jitter up to it.
    pub pause_max: Duration,
    /// The longest `Retry-After` that is waited for; longer ones go to the caller.
    pub retry_after_max: Duration,
    /// Calls under way at once for one search.
    pub wave: usize,
    /// The largest answer read, in bytes.
    pub answer_max: usize,
    /// How long [`crate::Abilities`] are kept.
    pub abilities_lifetime: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            write: Duration::from_mins(2),
            upload: Duration::from_mins(5),
            read_retries: 2,
            pause_max: Duration::from_secs(2),
            retry_after_max: Duration::from_secs(5),
            wave: 16,
            answer_max: 16 * 1024 * 1024,
            abilities_lifetime: Duration::from_mins(10),
        }
    }
}

/// The person behind a login name.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The login name as iMIS writes it.
    pub user_name: UserName,
    /// The person's own contact.
    pub contact: PartyId,
    /// Full name.
    pub name: String,
    /// The names of the roles.
    pub roles: Vec<String>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// What a sign-in gives. The token stays in the client.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who it is.
    pub user: User,
}

/// What is kept for one person.
#[derive(Default)]
pub(crate) struct Person {
    pub(crate) token: Arc<TokenSlot>,
    pub(crate) abilities: tokio::sync::Mutex<Option<(Instant, Arc<Abilities>)>>,
}

/// Whether this site understands `in:` for addresses; see [`crate::contacts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListFilter {
    Untried,
    Works,
    Fails,
}

struct Inner {
    site: SiteUrl,
    limits: Limits,
    http: reqwest::Client,
    people: Mutex<HashMap<String, Arc<Person>>>,
    list_filter: Mutex<ListFilter>,
    retries: RetryBudget,
}

/// A client of one site. Clones share connections, tokens and what was learnt.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

impl Client {
    /// Makes a client. It follows no redirect and uses no proxy.
    pub fn new(site: SiteUrl, limits: Limits) -> Result<Self, Error> {
        let accept = [(header::ACCEPT, header::HeaderValue::from_static("application/json"))];
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(limits.connect)
            .tcp_nodelay(true)
            .user_agent("imis-for-outlook")
            .default_headers(accept.into_iter().collect())
            .build()
            .map_err(|error| Error::because(Operation::Prepare, ErrorKind::Unreachable, error))?;
        Ok(Self(Arc::new(Inner {
            site,
            limits,
            http,
            people: Mutex::default(),
            list_filter: Mutex::new(ListFilter::Untried),
            retries: RetryBudget::new(),
        })))
    }

    /// Signs in: a token, the user, and whether the API may be used.
    /// The password is tried once (`imis.md §3.1`: five failures lock the account).
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<SignedIn, SignInError> {
        let new = self.request_token(credentials).await.map_err(refusal)?;
        let name = new.user_name.as_deref().unwrap_or(credentials.user_name.as_str());
        let operation = Operation::ReadUser;
        let filter = equals(operation, "UserName", name).map_err(SignInError::Upstream)?;
        let request = || self.get(&["api", "User"]).query(&[&filter]).bearer_auth(new.token.expose());
        let answer = self
            .repeating(|| async {
                let answer = self.exchange(operation, request(), self.limits().read).await?;
                interpret(operation, &answer)
            })
            .await
            .map_err(|failed| match failed.error.kind {
                // A fresh token that may not even read its own user (`imis.md §17`).
                ErrorKind::Unauthorized | ErrorKind::Forbidden { .. } => SignInError::NoRemoteService,
                _ => SignInError::Upstream(failed.error),
            })?;
        let (users, _) = wire::page(answer).ok_or_else(|| upstream(ErrorKind::NotUnderstood))?;
        let user = users
            .iter()
            .filter_map(wire::user)
            .find(|user| user.user_name == UserName::new(name))
            .ok_or_else(|| upstream(ErrorKind::NotFound))?;
        if !user.roles.iter().any(|role| is_staff(role)) {
            return Err(SignInError::NotStaff);
        }
        self.person(&user.user_name).token.keep(&new);
        Ok(SignedIn { user })
    }

    /// A handle for one person. Cheap: no call is made, and all handles for the
    /// same person share one token.
    pub fn acting_as(&self, user: UserName, renewal: Renewal) -> Acting {
        Acting { client: self.clone(), user, renewal }
    }

    /// Drops what is kept for a person: the token and the abilities.
    pub fn forget(&self, user: &UserName) {
        locked(&self.0.people).remove(&user.key());
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn get(&self, segments: &[&str]) -> RequestBuilder {
        self.0.http.get(self.0.site.under(segments))
    }

    pub(crate) fn post(&self, segments: &[&str]) -> RequestBuilder {
        self.0.http.post(self.0.site.under(segments))
    }

    pub(crate) fn person(&self, user: &UserName) -> Arc<Person> {
        Arc::clone(locked(&self.0.people).entry(user.key()).or_default())
    }

    pub(crate) fn list_filter(&self) -> ListFilter {
        *locked(&self.0.list_filter)
    }

    pub(crate) fn learn_list_filter(&self, learnt: ListFilter) {
        *locked(&self.0.list_filter) = learnt;
    }

    /// Repeats a read while that is worthwhile, allowed and affordable.
    pub(crate) async fn repeating<T, F>(&self, read: impl Fn() -> F) -> Result<T, Failed>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let limits = self.limits();
        self.0.retries.earn();
        let mut attempt = 0;
        loop {
            let failed = match read().await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            let pause = match failed.error.kind {
                ErrorKind::Busy { retry_after: Some(wait) } if wait > limits.retry_after_max => return Err(failed),
                ErrorKind::Busy { retry_after: Some(wait) } => wait,
                _ => pause(attempt, limits.pause_max),
            };
            if failed.again == Again::Pointless || attempt == limits.read_retries || !self.0.retries.spend() {
                return Err(failed);
            }
            attempt += 1;
            tokio::time::sleep(pause).await;
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.0.site).finish_non_exhaustive()
    }
}

/// One person at one site: everything is done under this person's rights.
#[derive(Clone)]
pub struct Acting {
    pub(crate) client: Client,
    pub(crate) user: UserName,
    renewal: Renewal,
}

impl fmt::Debug for Acting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acting").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Acting {
    pub(crate) fn person(&self) -> Arc<Person> {
        self.client.person(&self.user)
    }

    /// Sends a request with the token. On 401 the token is renewed and the
    /// request, which certainly had no effect, is sent once more.
    async fn send(
        &self,
        operation: Operation,
        request: impl Fn() -> RequestBuilder,
        within: Duration,
    ) -> Result<Value, Failed> {
        let slot = Arc::clone(&self.person().token);
        let first = slot.token(&self.client, &self.renewal, None).await.map_err(Failed::before)?;
        let mut token = first.clone();
        let mut answer = self.client.exchange(operation, request().bearer_auth(token.expose()), within).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            token = slot.token(&self.client, &self.renewal, Some(&first)).await.map_err(Failed::before)?;
            answer = self.client.exchange(operation, request().bearer_auth(token.expose()), within).await?;
        }
        if answer.status != StatusCode::UNAUTHORIZED {
            slot.accepted(&token);
        }
        interpret(operation, &answer)
    }

    /// Reads, with repetitions.
    pub(crate) async fn read(
        &self,
        operation: Operation,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Value, Failed> {
        let within = self.client.limits().read;
        self.client.repeating(|| self.send(operation, &request, within)).await
    }

    /// Reads a filtered list to its end, which must come within `pages` pages of 500.
    pub(crate) async fn list(
        &self,
        operation: Operation,
        entity: &str,
        filters: &[(String, String)],
        pages: u32,
    ) -> Result<Vec<Value>, Failed> {
        let mut items = Vec::new();
        let mut offset = 0;
        for _ in 0..pages {
            let place = [("limit", "500".to_owned()), ("offset", offset.to_string())];
            let request = || self.client.get(&["api", entity]).query(filters).query(&place);
            let (page, next) =
                wire::page(self.read(operation, request).await?).ok_or_else(|| not_understood(operation))?;
            items.extend(page);
            match next {
                None => return Ok(items),
                Some(next) if next > offset => offset = next,
                Some(_) => return Err(not_understood(operation)),
            }
        }
        Err(not_understood(operation))
    }

    /// Adds a record and gives what iMIS stored. Never repeated but after 401.
    pub(crate) async fn add(&self, operation: Operation, entity: &str, body: Bytes) -> Result<Value, Failed> {
        let request = || {
            self.client
                .post(&["api", entity])
                .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.clone())
        };
        self.send(operation, request, self.client.limits().write).await
    }

    /// Adds a record whose body can be sent only once. So the token is proven
    /// first, and should it die all the same, it is renewed and the caller asked
    /// to send again.
    pub(crate) async fn add_once(
        &self,
        operation: Operation,
        entity: &str,
        length: u64,
        body: reqwest::Body,
    ) -> Result<Value, Failed> {
        let slot = Arc::clone(&self.person().token);
        let mut token = slot.token(&self.client, &self.renewal, None).await.map_err(Failed::before)?;
        if !slot.proven_within(PROVEN) {
            let filter = equals(operation, "UserName", self.user.as_str()).map_err(Failed::before)?;
            self.read(operation, || self.client.get(&["api", "User"]).query(&[&filter]))
                .await
                .map_err(|failed| Failed::before(failed.error))?;
            token = slot.token(&self.client, &self.renewal, None).await.map_err(Failed::before)?;
        }
        let request = self
            .client
            .post(&["api", entity])
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::CONTENT_LENGTH, length)
            .bearer_auth(token.expose())
            .body(body);
        let answer = self.client.exchange(operation, request, self.client.limits().upload).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            slot.token(&self.client, &self.renewal, Some(&token)).await.map_err(Failed::before)?;
            let again = ErrorKind::Busy { retry_after: Some(Duration::ZERO) };
            return Err(Failed::before(Error::new(operation, again)));
        }
        slot.accepted(&token);
        interpret(operation, &answer)
    }
}

/// How long a token counts as alive after iMIS accepted it.
const PROVEN: Duration = Duration::from_mins(1);

/// A filter for exactly this value. The operator is always spelt out, so that
/// nothing in the value is read as one; what cannot be said is refused
/// (`imis.md §4.4`: values are split at `|`).
pub(crate) fn equals(operation: Operation, name: &str, value: &str) -> Result<(String, String), Error> {
    if value.is_empty() || value.contains('|') || value.chars().any(char::is_control) {
        return Err(Error::refused_here(operation, name));
    }
    Ok((name.to_owned(), format!("eq:{value}")))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change under these locks is one step, so a panic elsewhere leaves them whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn upstream(kind: ErrorKind) -> SignInError {
    SignInError::Upstream(Error::new(Operation::ReadUser, kind))
}

/// Sorts a refusal by iMIS's wording, of which little is known (`imis.md §18` no. 2).
fn refusal(refusal: NoToken) -> SignInError {
    let message = match refusal {
        NoToken::Upstream(error) => return SignInError::Upstream(error),
        NoToken::Refused { message } => message,
    };
    let words = message.as_deref().unwrap_or_default().to_lowercase();
    let says = |any: &[&str]| any.iter().any(|word| words.contains(word));
    if says(&["locked"]) {
        SignInError::Locked { message }
    } else if says(&["disabled", "inactive", "expired"]) {
        SignInError::Disabled { message }
    } else {
        SignInError::WrongCredentials { message }
    }
}

/// Whether a role makes its holder staff (`imis.md §3.5`, `§16`).
fn is_staff(role: &str) -> bool {
    ["SysAdmin", "IsStaff", "Staff"].iter().any(|staff| role.eq_ignore_ascii_case(staff))
}
