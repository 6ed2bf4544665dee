//! The key that a session is bound to, and the proofs it signs (RFC 9449, `security.md §4.5`).
//!
//! Invariant: the private key is made non-extractable and never leaves the browser's key store. Where there is
//! no `WebCrypto` or no `IndexedDB`, there is no key, and sessions go unbound.

use super::base64url;
use super::wait::{Missed, within};
use js_sys::{Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CryptoKey, IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransactionMode, SubtleCrypto};

const DATABASE: &str = "imis-outlook";
const STORE: &str = "keys";
const NAME: &str = "session";
/// A store that another pane blocks counts as none.
const LIMIT_MS: i32 = 5_000;

/// A key pair, its public half as it travels.
pub(super) struct Key {
    private: CryptoKey,
    public: PublicKey,
}

#[derive(Serialize)]
struct PublicKey {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    jwk: &'a PublicKey,
}

/// What a proof is about.
#[derive(Serialize)]
pub(super) struct Claims<'a> {
    /// The verb.
    pub(super) htm: &'a str,
    /// The address, as the server's administrator wrote it.
    pub(super) htu: String,
    /// Seconds since 1970, by the server's clock.
    pub(super) iat: u64,
    /// Names this proof.
    pub(super) jti: String,
    /// Hash of the token that goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ath: Option<String>,
}

/// The browser's key for this server, made when first needed.
#[derive(Default)]
pub(super) struct Keys {
    key: RefCell<Option<Rc<Key>>>,
}

impl Keys {
    /// The key; none where the browser cannot make or keep one.
    pub(super) async fn key(&self) -> Option<Rc<Key>> {
        if let Some(key) = self.key.borrow().clone() {
            return Some(key);
        }
        let key = Rc::new(load_or_make().await.ok()?);
        *self.key.borrow_mut() = Some(key.clone());
        Some(key)
    }
}

impl Key {
    /// A signed proof.
    pub(super) async fn sign(&self, claims: &Claims<'_>) -> Option<String> {
        let header = Header { typ: "dpop+jwt", alg: "ES256", jwk: &self.public };
        let mut proof = base64url::encode(&serde_json::to_vec(&header).ok()?);
        proof.push('.');
        proof.push_str(&base64url::encode(&serde_json::to_vec(claims).ok()?));
        let algorithm = object(&[("name", "ECDSA"), ("hash", "SHA-256")]);
        let promise = subtle()?.sign_with_object_and_u8_array(&algorithm, &self.private, proof.as_bytes()).ok()?;
        let signature = within(LIMIT_MS, &promise).await.ok()?;
        proof.push('.');
        proof.push_str(&base64url::encode(&Uint8Array::new(&signature).to_vec()));
        Some(proof)
    }
}

/// SHA-256 as base64url.
pub(super) async fn hash(text: &str) -> Option<String> {
    let promise = subtle()?.digest_with_str_and_u8_array("SHA-256", text.as_bytes()).ok()?;
    let digest = within(LIMIT_MS, &promise).await.ok()?;
    Some(base64url::encode(&Uint8Array::new(&digest).to_vec()))
}

fn subtle() -> Option<SubtleCrypto> {
    let subtle = window().crypto().ok()?.subtle();
    // Without a secure context there is none, whatever the binding's type says.
    (!subtle.is_undefined()).then_some(subtle)
}

async fn load_or_make() -> Result<Key, Missed> {
    let database = open().await?;
    let mut pair = stored(&database).await?;
    if pair.is_undefined() {
        let fresh = make().await?;
        // Another pane may have been quicker; the stored one counts, so that both panes have the same.
        let store = store(&database, IdbTransactionMode::Readwrite)?;
        let _ = answer(&store.add_with_key(&fresh, &NAME.into())?).await;
        pair = stored(&database).await?;
    }
    database.close();
    read(&pair).await
}

async fn make() -> Result<JsValue, Missed> {
    let algorithm = object(&[("name", "ECDSA"), ("namedCurve", "P-256")]);
    let uses = js_sys::Array::of2(&"sign".into(), &"verify".into());
    let subtle = subtle().ok_or(Missed::Refused)?;
    within(LIMIT_MS, &subtle.generate_key_with_object(&algorithm, false, &uses)?).await
}

async fn read(pair: &JsValue) -> Result<Key, Missed> {
    let half = |name: &str| Reflect::get(pair, &name.into())?.dyn_into::<CryptoKey>();
    let private = half("privateKey")?;
    let subtle = subtle().ok_or(Missed::Refused)?;
    let jwk = within(LIMIT_MS, &subtle.export_key("jwk", &half("publicKey")?)?).await?;
    let part = |name: &str| Reflect::get(&jwk, &name.into())?.as_string().ok_or(Missed::Refused);
    Ok(Key { private, public: PublicKey { kty: part("kty")?, crv: part("crv")?, x: part("x")?, y: part("y")? } })
}

async fn open() -> Result<IdbDatabase, Missed> {
    let request: IdbOpenDbRequest = window().indexed_db()?.ok_or(Missed::Refused)?.open_with_u32(DATABASE, 1)?;
    let upgraded = request.clone();
    let create = Closure::once_into_js(move || {
        if let Ok(Ok(database)) = upgraded.result().map(JsCast::dyn_into::<IdbDatabase>) {
            // Should it fail, the transaction that needs the store fails, and there is no key.
            let _ = database.create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(create.unchecked_ref()));
    Ok(answer(&request).await?.dyn_into()?)
}

fn store(database: &IdbDatabase, mode: IdbTransactionMode) -> Result<web_sys::IdbObjectStore, Missed> {
    Ok(database.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)?)
}

async fn stored(database: &IdbDatabase) -> Result<JsValue, Missed> {
    answer(&store(database, IdbTransactionMode::Readonly)?.get(&NAME.into())?).await
}

/// What a request of the database answers.
async fn answer(request: &IdbRequest) -> Result<JsValue, Missed> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    within(LIMIT_MS, &promise).await?;
    Ok(request.result()?)
}

fn object(fields: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object of our own refuses no property.
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    object
}

impl From<JsValue> for Missed {
    fn from(_: JsValue) -> Self {
        Self::Refused
    }
}
