//! One client for each site, and a handle for each person who acts there.

use crate::{
    Abilities, Authorities, Clock, Error, ErrorKind, MemoryHome, Operation, QueryForm, Renewal, SiteUrl, TokenHome,
    UserName,
    exchange::{Again, Answer, Failed, RetryBudget, beside, good, interpret, not_understood, pause},
    not_permitted::{Refusals, not_permitted},
    queries::QueryDoor,
    slot::TokenSlot,
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
    /// A page of a query, likewise.
    pub query: Duration,
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
    /// To load or keep a token at its [`TokenHome`].
    pub home: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            query: Duration::from_mins(1),
            write: Duration::from_mins(2),
            upload: Duration::from_mins(5),
            read_retries: 2,
            pause_max: Duration::from_secs(2),
            retry_after_max: Duration::from_secs(5),
            wave: 16,
            answer_max: 16 * 1024 * 1024,
            abilities_lifetime: Duration::from_mins(10),
            home: Duration::from_secs(5),
        }
    }
}

/// What a site calls its kinds of communication, by their keys.
pub(crate) type CommunicationTypes = Arc<HashMap<String, String>>;

/// What is kept for one person.
pub(crate) struct Person {
    pub(crate) token: Arc<TokenSlot>,
    pub(crate) abilities: tokio::sync::Mutex<Option<(Instant, Arc<Abilities>)>>,
    /// Every e-mail of the person's own contact.
    pub(crate) own_emails: Mutex<Option<(Instant, Arc<[String]>)>>,
    /// The form of the site's query that searches contacts, and that query's path.
    pub(crate) search_form: Mutex<Option<(Instant, String, Arc<QueryForm>)>>,
    /// What the site calls its kinds of communication, as far as the person is shown them.
    pub(crate) communication_types: Mutex<Option<(Instant, CommunicationTypes)>>,
    pub(crate) refusals: Refusals,
}

impl Person {
    fn new(user: &UserName) -> Self {
        Self {
            token: Arc::new(TokenSlot::new(user.clone())),
            abilities: tokio::sync::Mutex::default(),
            own_emails: Mutex::default(),
            search_form: Mutex::default(),
            communication_types: Mutex::default(),
            refusals: Refusals::default(),
        }
    }
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
    clock: Clock,
    home: Arc<dyn TokenHome>,
    http: reqwest::Client,
    /// For what must not meet a connection that died unnoticed.
    http_unpooled: reqwest::Client,
    people: Mutex<HashMap<String, Arc<Person>>>,
    list_filter: Mutex<ListFilter>,
    query_door: Mutex<QueryDoor>,
    retries: RetryBudget,
}

impl Inner {
    fn new(
        site: SiteUrl,
        limits: Limits,
        clock: Clock,
        home: Arc<dyn TokenHome>,
        (http, http_unpooled): (reqwest::Client, reqwest::Client),
    ) -> Self {
        Self {
            site,
            limits,
            clock,
            home,
            http,
            http_unpooled,
            people: Mutex::default(),
            list_filter: Mutex::new(ListFilter::Untried),
            query_door: Mutex::default(),
            retries: RetryBudget::new(),
        }
    }
}

/// Whether connections are used again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pooled {
    Yes,
    No,
}

fn http(limits: &Limits, authorities: &Authorities, pooled: Pooled) -> Result<reqwest::Client, Error> {
    let accept = [(header::ACCEPT, header::HeaderValue::from_static("application/json"))];
    let mut http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(limits.connect)
        .tls_certs_merge(authorities.certificates())
        .tcp_nodelay(true)
        .user_agent("imis-for-outlook")
        .default_headers(accept.into_iter().collect());
    if pooled == Pooled::No {
        http = http.pool_max_idle_per_host(0);
    }
    http.build().map_err(|error| Error::because(Operation::Prepare, ErrorKind::Unreachable, error))
}

/// A client of one site. Clones share connections, tokens and what was learnt.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

impl Client {
    /// Makes a client that keeps tokens to itself. It follows no redirect and uses no proxy.
    pub fn new(site: SiteUrl, limits: Limits) -> Result<Self, Error> {
        Self::with_home(site, limits, &Authorities::default(), Arc::new(MemoryHome::default()))
    }

    /// Makes a client that shares its users' tokens with all who have the same home.
    pub fn with_home(
        site: SiteUrl,
        limits: Limits,
        authorities: &Authorities,
        home: Arc<dyn TokenHome>,
    ) -> Result<Self, Error> {
        let http = |pooled| http(&limits, authorities, pooled);
        let (http, http_unpooled) = (http(Pooled::Yes)?, http(Pooled::No)?);
        Ok(Self(Arc::new(Inner::new(site, limits, Clock::system(), home, (http, http_unpooled)))))
    }

    /// The same client by another clock. It starts afresh: nothing learnt so far goes with it.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        let inner = &self.0;
        let http = (inner.http.clone(), inner.http_unpooled.clone());
        Self(Arc::new(Inner::new(inner.site.clone(), inner.limits, clock, Arc::clone(&inner.home), http)))
    }

    /// A handle for one person. Cheap: no call is made, and all handles for the
    /// same person share one token.
    pub fn acting_as(&self, user: UserName, renewal: Renewal) -> Acting {
        Acting { client: self.clone(), user, renewal }
    }

    /// Drops what is kept for a person, here and at home: the token and the abilities.
    pub async fn forget(&self, user: &UserName) -> Result<(), Error> {
        self.forget_here(user);
        self.forget_token(user).await
    }

    /// Drops what is kept for a person within this client, where the home was told already.
    pub fn forget_here(&self, user: &UserName) {
        if let Some(person) = locked(&self.0.people).remove(&user.key()) {
            person.token.abandon();
        }
    }

    /// Drops what is kept for everybody within this client.
    pub fn forget_everybody_here(&self) {
        for (_, person) in locked(&self.0.people).drain() {
            person.token.abandon();
        }
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

    pub(crate) fn put(&self, segments: &[&str]) -> RequestBuilder {
        self.0.http.put(self.0.site.under(segments))
    }

    pub(crate) fn delete(&self, segments: &[&str]) -> RequestBuilder {
        self.0.http.delete(self.0.site.under(segments))
    }

    /// A request on a connection of its own: it fails before it is sent, or it is
    /// answered by who got it. For what may be offered once only.
    pub(crate) fn post_on_new_connection(&self, segments: &[&str]) -> RequestBuilder {
        self.0.http_unpooled.post(self.0.site.under(segments))
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    pub(crate) fn home(&self) -> &dyn TokenHome {
        &*self.0.home
    }

    pub(crate) fn person(&self, user: &UserName) -> Arc<Person> {
        let mut people = locked(&self.0.people);
        Arc::clone(people.entry(user.key()).or_insert_with(|| Arc::new(Person::new(user))))
    }

    pub(crate) fn list_filter(&self) -> ListFilter {
        *locked(&self.0.list_filter)
    }

    pub(crate) fn learn_list_filter(&self, learnt: ListFilter) {
        *locked(&self.0.list_filter) = learnt;
    }

    pub(crate) fn query_door(&self) -> QueryDoor {
        *locked(&self.0.query_door)
    }

    pub(crate) fn learn_query_door(&self, learnt: QueryDoor) {
        *locked(&self.0.query_door) = learnt;
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
    /// request, which certainly had no effect, is sent once more. What a second
    /// 401 means is [`crate::not_permitted`]'s.
    async fn send(
        &self,
        operation: Operation,
        request: impl Fn() -> RequestBuilder,
        within: Duration,
    ) -> Result<Value, Failed> {
        self.send_as(operation, request, within, self.client.limits().answer_max, interpret).await
    }

    /// Likewise, with an answer of at most `max` bytes, read otherwise.
    async fn send_as<T: Send + 'static>(
        &self,
        operation: Operation,
        request: impl Fn() -> RequestBuilder,
        within: Duration,
        max: usize,
        interpret: fn(Operation, &Answer) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let slot = Arc::clone(&self.person().token);
        let mut token = slot.token(&self.client, &self.renewal, None).await.map_err(Failed::before)?;
        let mut answer =
            self.client.exchange_up_to(operation, request().bearer_auth(token.expose()), within, max).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            if self.is_beside_the_token(operation, &token).await? {
                return Err(not_permitted(operation, &answer));
            }
            token = slot.token(&self.client, &self.renewal, Some(&token)).await.map_err(Failed::before)?;
            answer = self.client.exchange_up_to(operation, request().bearer_auth(token.expose()), within, max).await?;
            if answer.status == StatusCode::UNAUTHORIZED {
                return Err(self.refused_again(operation, &token, &answer).await);
            }
        }
        slot.accepted(&token, self.client.now_ms());
        let read = beside(answer.body.len(), move || interpret(operation, &answer)).await;
        read.unwrap_or_else(|| Err(not_understood(operation)))
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

    /// Reads bytes, with repetitions, in a time of its own.
    pub(crate) async fn read_bytes(
        &self,
        operation: Operation,
        request: impl Fn() -> RequestBuilder,
        within: Duration,
    ) -> Result<Bytes, Failed> {
        self.client.repeating(|| self.send_as(operation, &request, within, self.client.limits().answer_max, good)).await
    }

    /// Reads an answer of at most `max` bytes, likewise.
    pub(crate) async fn read_up_to(
        &self,
        operation: Operation,
        max: usize,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Value, Failed> {
        let within = self.client.limits().read;
        self.client.repeating(|| self.send_as(operation, &request, within, max, interpret)).await
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

    /// Puts a whole record in the place of one, and gives what iMIS answers. Never repeated but after 401.
    pub(crate) async fn replace(
        &self,
        operation: Operation,
        (entity, id): (&str, &str),
        body: Bytes,
    ) -> Result<Value, Failed> {
        let request = || {
            self.client
                .put(&["api", entity, id])
                .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.clone())
        };
        self.send(operation, request, self.client.limits().write).await
    }

    /// Removes a record; one that is gone already is no error. Never repeated but after 401.
    pub(crate) async fn remove(&self, operation: Operation, (entity, id): (&str, &str)) -> Result<(), Failed> {
        let request = || self.client.delete(&["api", entity, id]);
        match self.send(operation, request, self.client.limits().write).await {
            Err(failed) if failed.error.kind != ErrorKind::NotFound => Err(failed),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Adds a record whose body can be sent only once. So the token is proven
    /// first, and should it die all the same, it is renewed and the caller asked
    /// to send again, once: then 401 means not permitted.
    pub(crate) async fn add_once(
        &self,
        operation: Operation,
        entity: &str,
        length: u64,
        body: reqwest::Body,
    ) -> Result<Value, Failed> {
        let slot = Arc::clone(&self.person().token);
        let mut token = slot.token(&self.client, &self.renewal, None).await.map_err(Failed::before)?;
        if !slot.proven_within(PROVEN, self.client.now_ms()) {
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
            if self.is_beside_the_token(operation, &token).await? {
                return Err(not_permitted(operation, &answer));
            }
            slot.token(&self.client, &self.renewal, Some(&token)).await.map_err(Failed::before)?;
            self.person().refusals.remember(operation);
            let again = ErrorKind::Busy { retry_after: Some(Duration::ZERO) };
            return Err(Failed::before(Error::new(operation, again)));
        }
        slot.accepted(&token, self.client.now_ms());
        interpret(operation, &answer)
    }
}

/// How long a token counts as alive after iMIS accepted it.
pub(crate) const PROVEN: Duration = Duration::from_mins(1);

/// A filter for exactly this value. The operator is always spelt out, so that
/// nothing in the value is read as one; what cannot be said is refused
/// (`imis.md §4.4`: values are split at `|`).
pub(crate) fn equals(operation: Operation, name: &str, value: &str) -> Result<(String, String), Error> {
    if value.is_empty() || value.contains('|') || value.chars().any(char::is_control) {
        return Err(Error::refused_here(operation, name));
    }
    Ok((name.to_owned(), format!("eq:{value}")))
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change under these locks is one step, so a panic elsewhere leaves them whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
