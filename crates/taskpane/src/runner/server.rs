//! Talking to the server: one function for every call, and the headers that uploads need as well.
//!
//! Every call ends: with the server's answer, with [`Trouble::Offline`], or with [`Trouble::NoAnswer`] when its
//! time is up.

use super::keys::{self, Claims, Keys};
use super::locks;
use super::session::{Keeper, Kept};
use super::wait::{Missed, within};
use api::{
    Bootstrap, Call, GetBootstrap, GetMe, Me, Problem, ProblemCode, RenewSession, SignOut, SignedIn, SignedOut, Verb,
};
use flows::Trouble;
use futures_util::lock::Mutex;
use js_sys::{Date, Promise, Reflect};
use leptos::prelude::window;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Headers, RequestCache, RequestInit, Response};

const READ_LIMIT_MS: i32 = 20_000;
const WRITE_LIMIT_MS: i32 = 150_000;

/// The server, and what it must be told with each call.
#[derive(Default)]
pub(super) struct Server {
    /// The session in use.
    pub(super) session: Keeper,
    keys: Keys,
    public_url: RefCell<String>,
    clock_ahead_ms: Cell<f64>,
    /// One renewal at a time in this page.
    renewing: Mutex<()>,
}

/// A header's name and value.
pub(super) type Header = (&'static str, String);

impl Server {
    /// What the server offers. The page asked for it already while the wasm was on its way.
    pub(super) async fn bootstrap(&self) -> Result<Bootstrap, Trouble> {
        let text = match early_answer() {
            Some(early) => match within(READ_LIMIT_MS, &early).await {
                Ok(response) => self.read(response.unchecked_into(), READ_LIMIT_MS).await,
                Err(missed) => Err(trouble(missed)),
            },
            None => self.exchange(Verb::Get, GetBootstrap::PATH, None, vec![]).await,
        }?;
        let bootstrap: Bootstrap = parse(&text)?;
        self.public_url.borrow_mut().clone_from(&bootstrap.public_url);
        Ok(bootstrap)
    }

    /// Makes a call in the session's name.
    pub(super) async fn call<C: Call>(&self, call: &C) -> Result<C::Response, Trouble> {
        let body = match C::VERB {
            Verb::Post => Some(write(call)?),
            Verb::Get | Verb::Delete => None,
        };
        parse(&self.send(C::VERB, C::PATH, body).await?)
    }

    /// Makes a call in nobody's name. The proof binds what comes of it to this browser's key.
    pub(super) async fn call_as_nobody<C: Call>(&self, call: &C) -> Result<C::Response, Trouble> {
        parse(&self.ask(C::VERB, C::PATH, Some(write(call)?), None).await?)
    }

    /// Makes such a call and keeps the session that comes of it.
    pub(super) async fn sign_in<C: Call<Response = SignedIn>>(&self, call: &C) -> Result<Me, Trouble> {
        self.session.forget();
        let signed_in = self.call_as_nobody(call).await?;
        self.session.keep(Kept::from(&signed_in));
        Ok(signed_in.me)
    }

    /// Ends the session here at once, and at the server when it can be reached; answers where a window may go
    /// on to end the provider's session too.
    pub(super) async fn sign_out(&self, kept: Kept) -> Option<String> {
        // A session that cannot be ended now ends by itself; the token is gone from here either way.
        let answer = self.ask(SignOut::VERB, SignOut::PATH, None, Some(kept)).await.ok()?;
        parse::<SignedOut>(&answer).ok()?.continue_at
    }

    /// Renews the session, one pane of the browser at a time; what another pane renewed meanwhile is taken.
    pub(super) async fn renew(&self) -> Result<Me, Trouble> {
        let _page = self.renewing.lock().await;
        let _browser = locks::hold("imis-renewal").await;
        let ended = || Trouble::Server(Problem::new(ProblemCode::SignedOut));
        let used = self.session.current().ok_or_else(ended)?;
        if !self.session.has_newer(&used) && used.renew_from_ms <= self.now_ms() {
            let body = Some(write(&RenewSession)?);
            match self.ask(RenewSession::VERB, RenewSession::PATH, body, Some(used.clone())).await {
                // Of a session that was left or replaced meanwhile, nothing is kept.
                Ok(answer) if self.session.is_in_use(&used) => {
                    let signed_in: SignedIn = parse(&answer)?;
                    self.session.keep(Kept::from(&signed_in));
                    return Ok(signed_in.me);
                }
                Ok(_) if !self.session.is_still_of(&used) => return Err(ended()),
                Ok(_) => {}
                Err(trouble) if trouble.is_signed_out() && self.session.has_newer(&used) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        parse(&self.ask(GetMe::VERB, GetMe::PATH, None, self.session.current()).await?)
    }

    /// The part that all calls share, boxed so that it is compiled once. A token that is known to have ended is
    /// renewed first; one that was renewed under the call is exchanged for the newer, and the call made again.
    fn send(
        &self,
        verb: Verb,
        path: &'static str,
        body: Option<String>,
    ) -> Pin<Box<dyn Future<Output = Result<String, Trouble>> + '_>> {
        Box::pin(async move {
            let mut used = self.fresh().await?;
            loop {
                let answer = self.ask(verb, path, body.clone(), used.clone()).await;
                if !self.may_repeat(&answer, used.as_ref()) {
                    return answer;
                }
                used = self.session.current();
            }
        })
    }

    /// The session in use; renewed first if its token is known to have ended.
    async fn fresh(&self) -> Result<Option<Kept>, Trouble> {
        let used = self.session.current();
        if let Some(kept) = used.as_ref().filter(|kept| kept.expires_ms <= self.now_ms()) {
            // Whatever came of it, the call finds out; but in nobody else's name.
            let _ = self.renew().await;
            if self.session.is_anothers(kept) {
                return Err(Trouble::Server(Problem::new(ProblemCode::SignedOut)));
            }
            return Ok(self.session.current());
        }
        Ok(used)
    }

    /// Makes a call that may be ended before it is answered.
    pub(super) async fn call_until<C: Call>(&self, call: &C, abort: &AbortController) -> Result<C::Response, Trouble> {
        let response = self.open(C::PATH, call, abort).await?;
        let text = within(READ_LIMIT_MS, &response.text().map_err(refused)?).await.map_err(trouble)?;
        parse(&text.as_string().unwrap_or_default())
    }

    /// Makes a call whose answer is no JSON and is read piece by piece by who asked; a problem is told as such.
    pub(super) async fn open<C: serde::Serialize>(
        &self,
        path: &'static str,
        call: &C,
        abort: &AbortController,
    ) -> Result<Response, Trouble> {
        self.open_with(path, write(call)?, abort).await
    }

    async fn open_with(&self, path: &'static str, body: String, abort: &AbortController) -> Result<Response, Trouble> {
        let mut used = self.fresh().await?;
        loop {
            let proof = self.proof_for(word(Verb::Post), path, used.clone()).await;
            let init = request(Verb::Post, Some(&body), &proof, abort).map_err(refused)?;
            let answer = match within(WRITE_LIMIT_MS, &window().fetch_with_str_and_init(path, &init)).await {
                Ok(response) => succeeded(response.unchecked_into()).await,
                Err(missed) => Err(trouble(missed)),
            };
            if !self.may_repeat(&answer, used.as_ref()) {
                return answer;
            }
            used = self.session.current();
        }
    }

    /// Whether an answer was only for want of a newer token that is there now.
    pub(super) fn may_repeat<T>(&self, answer: &Result<T, Trouble>, used: Option<&Kept>) -> bool {
        answer.as_ref().is_err_and(Trouble::is_signed_out) && used.is_some_and(|used| self.session.has_newer(used))
    }

    fn ask(
        &self,
        verb: Verb,
        path: &'static str,
        body: Option<String>,
        kept: Option<Kept>,
    ) -> Pin<Box<dyn Future<Output = Result<String, Trouble>> + '_>> {
        Box::pin(async move {
            let proof = self.proof_for(word(verb), path, kept).await;
            self.exchange(verb, path, body, proof).await
        })
    }

    /// The address of a path of ours; of no other server's.
    pub(super) fn address(&self, path: &str) -> Option<String> {
        let ours = self.public_url.borrow();
        if path.starts_with('/') {
            return Some([ours.as_str(), path].concat());
        }
        path.strip_prefix(ours.as_str()).filter(|rest| rest.starts_with('/')).map(|_| path.to_owned())
    }

    /// The headers that say whose request this is.
    pub(super) async fn proof(&self, verb: &'static str, path: &str) -> Vec<Header> {
        self.proof_for(verb, path, self.session.current()).await
    }

    async fn proof_for(&self, verb: &'static str, path: &str, kept: Option<Kept>) -> Vec<Header> {
        let mut headers = vec![];
        if let Some(kept) = &kept {
            let scheme = if kept.key_bound { "DPoP " } else { "Bearer " };
            headers.push(("authorization", [scheme, &kept.token.0].concat()));
        }
        if kept.as_ref().is_none_or(|kept| kept.key_bound)
            && let Some(proof) = self.signed(verb, path, kept.as_ref()).await
        {
            headers.push(("dpop", proof));
        }
        headers
    }

    async fn signed(&self, verb: &'static str, path: &str, kept: Option<&Kept>) -> Option<String> {
        let key = self.keys.key().await?;
        let ath = match kept {
            Some(kept) => Some(keys::hash(&kept.token.0).await?),
            None => None,
        };
        let htu = [self.public_url.borrow().as_str(), path].concat();
        let jti = window().crypto().ok()?.random_uuid();
        key.sign(&Claims { htm: verb, htu, iat: self.now_ms().div_euclid(1_000).unsigned_abs(), jti, ath }).await
    }

    /// The time by the server's clock, so that a wrong clock here refuses nobody.
    #[expect(clippy::cast_possible_truncation, reason = "saturates; the year 2500 fits")]
    pub(super) fn now_ms(&self) -> i64 {
        (Date::now() - self.clock_ahead_ms.get()) as i64
    }

    async fn exchange(
        &self,
        verb: Verb,
        path: &str,
        body: Option<String>,
        proof: Vec<Header>,
    ) -> Result<String, Trouble> {
        let limit_ms = if verb == Verb::Post { WRITE_LIMIT_MS } else { READ_LIMIT_MS };
        let abort = AbortController::new().map_err(refused)?;
        let init = request(verb, body.as_ref(), &proof, &abort).map_err(refused)?;
        let answer = match within(limit_ms, &window().fetch_with_str_and_init(path, &init)).await {
            Ok(response) => self.read(response.unchecked_into(), limit_ms).await,
            Err(missed) => Err(trouble(missed)),
        };
        if answer == Err(Trouble::NoAnswer) {
            abort.abort();
        }
        answer
    }

    async fn read(&self, response: Response, limit_ms: i32) -> Result<String, Trouble> {
        if let Ok(Some(date)) = response.headers().get("date") {
            let ahead = Date::now() - Date::parse(&date);
            // The header counts whole seconds; a small difference is no difference.
            self.clock_ahead_ms.set(if ahead.abs() > 3_000.0 { ahead } else { 0.0 });
        }
        let text = within(limit_ms, &response.text().map_err(refused)?).await.map_err(trouble)?;
        settle(response.status(), text.as_string().unwrap_or_default())
    }
}

fn request(
    verb: Verb,
    body: Option<&String>,
    proof: &[Header],
    abort: &AbortController,
) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_method(word(verb));
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&abort.signal()));
    init.set_headers(&headers(proof, body.is_some())?);
    if let Some(body) = body {
        init.set_body(&body.into());
    }
    Ok(init)
}

/// The answer itself if it is a success.
async fn succeeded(response: Response) -> Result<Response, Trouble> {
    if response.ok() {
        return Ok(response);
    }
    let text = within(READ_LIMIT_MS, &response.text().map_err(refused)?).await.map_err(trouble)?;
    Err(settle(response.status(), text.as_string().unwrap_or_default()).err().unwrap_or_else(fault))
}

/// The answer's text, or the problem it tells.
pub(super) fn settle(status: u16, text: String) -> Result<String, Trouble> {
    if (200..300).contains(&status) {
        return Ok(text);
    }
    let problem = serde_json::from_str(&text).unwrap_or_else(|_| Problem::new(unspoken(status)));
    Err(Trouble::Server(problem))
}

/// What a status means that came without words of ours, from something between us and the server.
const fn unspoken(status: u16) -> ProblemCode {
    match status {
        401 => ProblemCode::SignedOut,
        403 => ProblemCode::Forbidden,
        413 => ProblemCode::TooLarge,
        429 => ProblemCode::Busy,
        504 => ProblemCode::Unknown,
        _ => ProblemCode::Internal,
    }
}

/// Reads an answer; one that cannot be read is a fault of ours.
pub(super) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Trouble> {
    serde_json::from_str(if text.is_empty() { "null" } else { text }).map_err(|_| fault())
}

fn write<T: serde::Serialize>(call: &T) -> Result<String, Trouble> {
    serde_json::to_string(call).map_err(|_| fault())
}

fn fault() -> Trouble {
    Trouble::Server(Problem::new(ProblemCode::Internal))
}

fn trouble(missed: Missed) -> Trouble {
    match missed {
        Missed::Late => Trouble::NoAnswer,
        Missed::Refused => Trouble::Offline,
    }
}

fn refused(_: JsValue) -> Trouble {
    Trouble::Offline
}

fn headers(proof: &[Header], with_body: bool) -> Result<JsValue, JsValue> {
    let headers = Headers::new()?;
    headers.set(api::VERSION_HEADER, api::VERSION)?;
    if with_body {
        headers.set("content-type", "application/json")?;
    }
    for (name, value) in proof {
        headers.set(name, value)?;
    }
    Ok(headers.into())
}

const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Delete => "DELETE",
    }
}

/// The promise that the page's start-up script left; it can be read once.
fn early_answer() -> Option<Promise> {
    let name = JsValue::from_str("bootstrapAnswer");
    let promise = Reflect::get(&window(), &name).ok()?.dyn_into().ok()?;
    Reflect::set(&window(), &name, &JsValue::UNDEFINED).ok()?;
    Some(promise)
}

#[cfg(test)]
mod tests {
    use super::{parse, settle};
    use api::{Problem, ProblemCode};
    use flows::Trouble;

    #[test]
    fn a_problem_of_the_server_is_told_in_its_words() {
        let text = r#"{"code":"busy","retry_after_s":7}"#.to_owned();
        let busy = Problem { retry_after_s: Some(7), ..Problem::new(ProblemCode::Busy) };
        assert_eq!(settle(429, text), Err(Trouble::Server(busy)));
    }

    #[test]
    fn a_page_of_something_in_between_is_told_by_its_status() {
        let large = Trouble::Server(Problem::new(ProblemCode::TooLarge));
        assert_eq!(settle(413, "<html>".to_owned()), Err(large));
    }

    #[test]
    fn an_empty_answer_reads_as_nothing() {
        assert_eq!(parse::<()>(""), Ok(()));
        assert!(parse::<String>("").is_err());
    }
}
