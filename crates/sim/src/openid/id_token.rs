//! ID tokens, right and wrong.
//!
//! Invariant: every fault starts from the right token and changes what its name says, no more.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Fault, Signing,
    keys::{Damage, Rsa, Seal, object},
    person::{self, Place},
    random,
    world::{State, World},
};

/// What the token is minted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A code was redeemed.
    SignIn,
    /// A refresh token was used; the token then has no nonce (OpenID Connect Core 12.2).
    Refresh,
}

/// Header and signature that the provider's settings ask for.
pub(super) fn header(state: &State) -> (Map<String, Value>, Seal<'static>) {
    let (alg, kid, seal) = match state.settings.signing {
        Signing::Rs256 => ("RS256", state.keys.rsa_name(), Seal::Rs256),
        Signing::Es256 => ("ES256", state.keys.ec_name(), Seal::Es256),
    };
    (object(json!({ "alg": alg, "kid": kid, "typ": "JWT" })), seal)
}

/// The ID token of a grant; none where a fault leaves it out.
pub(super) fn minted(
    world: &World,
    state: &State,
    grant: usize,
    access_token: &str,
    occasion: Occasion,
    fault: Option<Fault>,
) -> Option<String> {
    let claims = claims(world, state, grant, access_token, occasion, fault)?;
    let (header, seal) = header(state);
    let secret = state.client(&state.grants[grant].client).map_or("", |client| client.secret.as_str());
    let mut draft = Draft { header, claims, seal, damage: Damage::None };
    let Some(fault) = fault else { return Some(draft.sealed(state, "")) };
    match fault {
        Fault::IdTokenMissing => return None,
        Fault::IdTokenNotJwt => return Some("this is not a token".to_owned()),
        Fault::IdTokenDeep => {
            let deep = format!(",\"deep\":{}{}", "[".repeat(10_000), "]".repeat(10_000));
            return Some(draft.sealed(state, &deep));
        }
        _ => {}
    }
    draft.reseal(world, state, secret, fault);
    draft.date(state.now(), fault);
    draft.rename(world, state, fault, occasion);
    Some(draft.sealed(state, ""))
}

fn claims(
    world: &World,
    state: &State,
    grant: usize,
    access_token: &str,
    occasion: Occasion,
    fault: Option<Fault>,
) -> Option<Map<String, Value>> {
    let grant = &state.grants[grant];
    let user = state.user(&grant.user)?;
    let now = state.now();
    let ttl = i64::try_from(state.settings.token_ttl.as_secs()).unwrap_or(i64::MAX);
    let mut claims = person::claims(state, user, grant, fault, Place::IdToken);
    claims.extend(object(json!({
        "iss": world.issuer,
        "sub": user.sub,
        "aud": grant.client,
        "iat": now,
        "exp": now.saturating_add(ttl),
        "auth_time": grant.auth_time,
        "sid": grant.sid,
        // Half of the hash (OpenID Connect Core 3.1.3.6).
        "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16]),
    })));
    if let (Occasion::SignIn, Some(nonce)) = (occasion, &grant.nonce) {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    Some(claims)
}

/// A token before it is signed.
struct Draft<'secret> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    seal: Seal<'secret>,
    damage: Damage,
}

impl<'secret> Draft<'secret> {
    /// The token; `more` is put at the end of the claims as it is.
    fn sealed(self, state: &State, more: &str) -> String {
        let mut claims = Value::Object(self.claims).to_string();
        claims.insert_str(claims.len() - 1, more);
        state.keys.seal(&Value::Object(self.header).to_string(), &claims, self.seal, self.damage)
    }

    fn head(&mut self, name: &str, value: impl Into<Value>) {
        self.header.insert(name.to_owned(), value.into());
    }

    fn claim(&mut self, name: &str, value: impl Into<Value>) {
        self.claims.insert(name.to_owned(), value.into());
    }

    /// Says that this algorithm was used, and uses it.
    fn sign_with(&mut self, alg: &str, seal: Seal<'secret>) {
        self.head("alg", alg);
        self.seal = seal;
    }

    /// Faults of header and signature.
    fn reseal(&mut self, world: &World, state: &State, secret: &'secret str, fault: Fault) {
        match fault {
            Fault::KidAbsentSingleJwks | Fault::KidAbsentMultipleJwks => {
                self.header.remove("kid");
            }
            Fault::IdTokenSigRs256 => {
                self.head("kid", state.keys.rsa_name());
                self.sign_with("RS256", Seal::Rs256);
            }
            Fault::IdTokenSigNone => self.sign_with("none", Seal::Nobody),
            Fault::AlgNoneOddCase => self.sign_with("nOnE", Seal::Nobody),
            Fault::InvalidSigRs256 => self.damage = Damage::Turned,
            Fault::InvalidSigHs256 => self.sign_with("HS256", Seal::MacOfPublicKey),
            Fault::Hs256WithClientSecret => self.sign_with("HS256", Seal::Mac(secret)),
            Fault::InvalidSigEs256 | Fault::AlternateAlg => {
                self.head("kid", state.keys.ec_name());
                self.sign_with("ES256", Seal::Es256);
                if fault == Fault::InvalidSigEs256 {
                    self.damage = Damage::Turned;
                }
            }
            Fault::NullAlg => self.head("alg", ""),
            Fault::MissingAlg => {
                self.header.remove("alg");
            }
            Fault::UnknownCrit => {
                self.head("crit", json!(["urn:example:unknown"]));
                self.head("urn:example:unknown", true);
            }
            Fault::RogueKeySameKid => self.seal = Seal::Strange,
            Fault::JwkHeader => {
                self.head("jwk", Rsa::strange().jwk());
                self.seal = Seal::Strange;
            }
            Fault::JkuHeader => {
                self.head("jku", world.trap("keys"));
                self.head("kid", "strange");
                self.seal = Seal::Strange;
            }
            Fault::UnknownKid => self.head("kid", format!("unknown-{}", random(9))),
            _ => {}
        }
    }

    /// Faults of time.
    fn date(&mut self, now: i64, fault: Fault) {
        match fault {
            Fault::MissingIat => {
                self.claims.remove("iat");
            }
            Fault::MissingExp => {
                self.claims.remove("exp");
            }
            Fault::ExpiredExp => self.claim("exp", now - 3600),
            Fault::NotYetValid => self.claim("nbf", now + 3600),
            Fault::IatInFuture => self.claim("iat", now + 3600),
            Fault::IatWeekInPast => self.claim("iat", now - 7 * 86_400),
            Fault::ExpHuge => self.claim("exp", 1e300),
            #[expect(clippy::cast_precision_loss, reason = "seconds of these centuries are exact")]
            Fault::ExpFraction => self.claim("exp", now as f64 + 300.5),
            Fault::Exp2038 => self.claim("exp", 2_147_483_648_i64),
            Fault::ExpNegative => self.claim("exp", -1),
            Fault::ExpText => self.claim("exp", (now + 300).to_string()),
            Fault::AuthTimeOld => self.claim("auth_time", now - 86_400),
            _ => {}
        }
    }

    /// Faults of who it is from, about and for.
    fn rename(&mut self, world: &World, state: &State, fault: Fault, occasion: Occasion) {
        let client = self.claims.get("aud").cloned().unwrap_or_default();
        let other = format!("{}/other", world.issuer);
        match (fault, occasion) {
            (Fault::InvalidIss, _) | (Fault::RefreshTokenInvalidIssuer, Occasion::Refresh) => self.claim("iss", other),
            (Fault::RefreshTokenInvalidSub, Occasion::Refresh) => self.claim("sub", "subject-of-nobody"),
            (Fault::MissingIss, _) => self.leave_out("iss"),
            (Fault::MissingSub, _) => self.leave_out("sub"),
            (Fault::MissingAud, _) => self.leave_out("aud"),
            (Fault::MissingNonce, _) => self.leave_out("nonce"),
            (Fault::SubEmpty, _) => self.claim("sub", ""),
            (Fault::SubLong, _) => self.claim("sub", "s".repeat(256)),
            (Fault::SubNumber, _) => self.claim("sub", 4711),
            (Fault::InvalidAud, _) => self.claim("aud", "another-client"),
            (Fault::SecondaryAud, _) => self.claim("aud", json!([client, "another-client"])),
            (Fault::AudAsArray, _) => self.claim("aud", json!([client])),
            (Fault::WrongAzp, _) => self.claim("azp", "another-client"),
            (Fault::NonceInvalid, Occasion::SignIn) => self.claim("nonce", random(16)),
            (Fault::AccessTokenMissing, _) => self.leave_out("at_hash"),
            (Fault::AtHashInvalid, _) => self.claim("at_hash", random(16)),
            (Fault::IdTokenHuge, _) => self.claim("padding", "x".repeat(1024 * 1024)),
            (Fault::AggregatedClaims, _) => {
                let inner = json!({ "iss": "https://claims.elsewhere.test", "shoe_size": 38 }).to_string();
                let header = json!({ "alg": "RS256" }).to_string();
                let token = state.keys.seal(&header, &inner, Seal::Strange, Damage::None);
                self.refer(json!({ "JWT": token }));
            }
            (Fault::DistributedClaims, _) => {
                let access = format!("CANARY-OA-{}", random(24));
                self.refer(json!({ "endpoint": world.trap("claims"), "access_token": access }));
            }
            _ => {}
        }
    }

    fn leave_out(&mut self, name: &str) {
        self.claims.remove(name);
    }

    /// Says that a claim is elsewhere (OpenID Connect Core 5.6.2).
    fn refer(&mut self, source: Value) {
        self.claim("_claim_names", json!({ "shoe_size": "source" }));
        self.claim("_claim_sources", json!({ "source": source }));
    }
}
