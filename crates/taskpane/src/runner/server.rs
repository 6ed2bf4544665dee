//! Talking to the server: one function for every call, and the headers that uploads need as well.
//!
//! Every call ends: with the server's answer, with [`Trouble::Offline`], or with [`Trouble::NoAnswer`] when its
//! time is up.

use super::keys::{self, Claims, Keys};
use super::session::{Keeper, Kept};
use super::wait::{Missed, within};
use api::{Bootstrap, Call, GetBootstrap, Problem, ProblemCode, SignIn, SignOut, SignedIn, Verb};
use flows::Trouble;
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

    /// Signs in and keeps the session. The proof binds it to this browser's key.
    pub(super) async fn sign_in(&self, sign_in: &SignIn) -> Result<SignedIn, Trouble> {
        self.session.forget();
        let body = Some(write(sign_in)?);
        let signed_in: SignedIn = parse(&self.send(SignIn::VERB, SignIn::PATH, body).await?)?;
        self.session.keep(Kept { token: signed_in.token.clone(), key_bound: signed_in.key_bound });
        Ok(signed_in)
    }

    /// Ends the session here at once, and at the server when it can be reached.
    pub(super) async fn sign_out(&self, kept: Kept) {
        let proof = self.proof_for(word(SignOut::VERB), SignOut::PATH, Some(kept)).await;
        // A session that cannot be ended now ends by itself; the token is gone from here either way.
        let _ = self.exchange(SignOut::VERB, SignOut::PATH, None, proof).await;
    }

    /// The part that all calls share, boxed so that it is compiled once.
    fn send(
        &self,
        verb: Verb,
        path: &'static str,
        body: Option<String>,
    ) -> Pin<Box<dyn Future<Output = Result<String, Trouble>> + '_>> {
        Box::pin(async move {
            let proof = self.proof(word(verb), path).await;
            self.exchange(verb, path, body, proof).await
        })
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
        key.sign(&Claims { htm: verb, htu, iat: self.seconds(), jti, ath }).await
    }

    /// The time by the server's clock, so that a wrong clock here refuses nobody.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; the year 2500 fits")]
    fn seconds(&self) -> u64 {
        ((Date::now() - self.clock_ahead_ms.get()) / 1000.0) as u64
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
        let init = RequestInit::new();
        init.set_method(word(verb));
        init.set_cache(RequestCache::NoStore);
        init.set_signal(Some(&abort.signal()));
        init.set_headers(&headers(&proof, body.is_some()).map_err(refused)?);
        if let Some(body) = &body {
            init.set_body(&body.into());
        }
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
