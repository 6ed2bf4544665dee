//! Every step once, in its order, and no other way through.

use super::super::secret::{Challenge, Code, FlowKey};
use super::*;
use api::SignInMethod::{OpenIdConnect, SingleSignOn};

// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const KEY: &str = "thumbprint";

fn begun(method: SignInMethod) -> Flow {
    let challenge = Challenge::parse(CHALLENGE).unwrap();
    Flow::begin(SiteName("live".to_owned()), method, challenge, Some(KEY.to_owned()), None, 1_000, 0)
}

fn asked() -> Asked {
    Asked { state: "s".to_owned(), nonce: "n".to_owned(), verifier: "v".to_owned() }
}

fn person(identified: Option<Identified>) -> Person {
    let refresh_token = Some("refresh".to_owned());
    Person { user_name: "STAFF1".to_owned(), refresh_token, standing: Standing::Full, identified }
}

/// A step, by name.
type Step = (&'static str, fn(&mut Flow) -> bool);

const STEPS: [Step; 7] = [
    ("to iMIS", |flow| flow.send_to_imis().is_ok()),
    ("to the provider", |flow| flow.send_to_provider(asked()).is_ok()),
    ("back from the provider", |flow| flow.answered_by_provider().is_ok()),
    ("identified", |flow| flow.identified(Identified::default()).is_ok()),
    ("handed over", |flow| flow.land().is_ok()),
    ("landed", |flow| {
        let identified = (flow.method == OpenIdConnect).then(Identified::default);
        flow.landed(person(identified)).is_ok()
    }),
    ("coded", |flow| flow.give_codes(&FlowKey::new(), 2_000).is_ok()),
];

/// The state as it rests, which is also the way to a copy.
fn copy(flow: &Flow) -> Flow {
    serde_json::from_str(&serde_json::to_string(flow).unwrap()).unwrap()
}

#[test]
fn from_every_state_only_the_next_step_is_taken_and_never_twice() {
    for (method, path) in [
        (SingleSignOn, &["to iMIS", "handed over", "landed", "coded"][..]),
        (
            OpenIdConnect,
            &["to the provider", "back from the provider", "identified", "handed over", "landed", "coded"][..],
        ),
    ] {
        let mut flow = begun(method);
        for next in path {
            for (name, step) in STEPS {
                let mut tried = copy(&flow);
                let before = serde_json::to_string(&tried).unwrap();
                if name == *next {
                    continue;
                }
                assert!(!step(&mut tried), "{method:?}: {name} where {next} is next");
                assert_eq!(serde_json::to_string(&tried).unwrap(), before, "a refused step changes nothing");
            }
            let (_, step) = STEPS.iter().find(|(name, _)| name == next).unwrap();
            assert!(step(&mut flow), "{method:?}: {next}");
        }
        assert!(STEPS.iter().all(|(_, step)| !step(&mut flow)), "{method:?}: nothing after the codes");
    }
}

#[test]
fn who_came_by_imis_alone_is_not_named_by_a_provider() {
    let mut flow = begun(SingleSignOn);
    flow.send_to_imis().unwrap();
    assert!(flow.land().unwrap().is_none());
    assert_eq!(flow.landed(person(Some(Identified::default()))), Err(OutOfTurn));
    let mut flow = begun(OpenIdConnect);
    flow.send_to_provider(asked()).unwrap();
    flow.answered_by_provider().unwrap();
    flow.identified(Identified::default()).unwrap();
    assert!(flow.land().unwrap().is_some());
    assert_eq!(flow.landed(person(None)), Err(OutOfTurn));
}

/// With codes given out at 2 seconds.
fn coded() -> (FlowKey, Flow, Code, Code) {
    let key = FlowKey::new();
    let mut flow = begun(SingleSignOn);
    flow.send_to_imis().unwrap();
    flow.land().unwrap();
    flow.landed(person(None)).unwrap();
    let (sent, typed) = flow.give_codes(&key, 2_000).unwrap();
    (key, flow, sent, typed)
}

fn redeem(flow: &mut Flow, key: &FlowKey, code: &Code, now_ms: i64) -> Result<String, Refusal> {
    let offer = Offer { code, verifier: VERIFIER, thumbprint: Some(KEY) };
    flow.redeem(key, &offer, now_ms).map(|person| person.user_name.clone())
}

#[test]
fn either_code_is_good_until_its_time_is_over() {
    let (key, flow, sent, typed) = coded();
    for (code, last_ms) in [(&sent, 2_000 + 89_999), (&typed, 2_000 + 119_999)] {
        assert_eq!(redeem(&mut copy(&flow), &key, code, 2_000), Ok("STAFF1".to_owned()));
        assert_eq!(redeem(&mut copy(&flow), &key, code, last_ms), Ok("STAFF1".to_owned()));
        assert_eq!(redeem(&mut copy(&flow), &key, code, last_ms + 1), Err(Refusal::Over));
        assert_eq!(redeem(&mut copy(&flow), &key, code, 1_999), Err(Refusal::Over), "a clock turned back");
    }
    assert_eq!(redeem(&mut copy(&flow), &FlowKey::new(), &sent, 2_000), Err(Refusal::WrongCode), "another sign-in");
}

#[test]
fn code_verifier_and_key_must_all_fit() {
    let (key, flow, sent, _) = coded();
    let other = "x".repeat(43);
    for (verifier, thumbprint) in [
        (other.as_str(), Some(KEY)),
        ("", Some(KEY)),
        (CHALLENGE, Some(KEY)),
        (VERIFIER, None),
        (VERIFIER, Some("other")),
    ] {
        let offer = Offer { code: &sent, verifier, thumbprint };
        assert_eq!(copy(&flow).redeem(&key, &offer, 2_000).err(), Some(Refusal::WrongPane));
    }
    let wrong = Code::to_send();
    let offer = Offer { code: &wrong, verifier: VERIFIER, thumbprint: Some(KEY) };
    assert_eq!(copy(&flow).redeem(&key, &offer, 2_000).err(), Some(Refusal::WrongCode));
}

#[test]
fn the_fifth_wrong_try_is_the_last() {
    let (key, mut flow, sent, typed) = coded();
    for _ in 0..4 {
        assert_eq!(redeem(&mut flow, &key, &Code::to_type(), 2_000), Err(Refusal::WrongCode));
        assert!(redeem(&mut copy(&flow), &key, &typed, 2_000).is_ok(), "until then the right one is taken");
    }
    assert_eq!(redeem(&mut flow, &key, &Code::to_type(), 2_000), Err(Refusal::Over));
    assert_eq!(redeem(&mut flow, &key, &sent, 2_000), Err(Refusal::Over), "not even the other code");
}

#[test]
fn what_rests_holds_neither_codes_nor_the_verifier() {
    let (_, flow, sent, typed) = coded();
    let text = serde_json::to_string(&flow).unwrap();
    for secret in [sent.expose(), typed.expose(), VERIFIER] {
        assert!(!text.contains(secret));
    }
}
