//! What the browser brings back: every way to write it wrongly (K13, K27).

use crate::openid::answer::Answer;
use crate::openid::discovery::{Answers, ClientAuthentication, Document};
use crate::openid::error::{ErrorKind, OpenIdError};
use crate::openid::jws::Algorithm;
use url::Url;

fn document(answers: Answers) -> Document {
    let url = |path: &str| Url::parse("https://login.example.org/").unwrap().join(path).unwrap();
    Document {
        issuer: "https://login.example.org".to_owned(),
        authorization: url("authorize"),
        token: url("token"),
        keys: url("keys"),
        userinfo: None,
        end_session: None,
        algorithms: vec![Algorithm::Rs256],
        client_authentication: ClientAuthentication::Basic,
        answers,
    }
}

fn code(query: &str, answers: Answers) -> Result<String, OpenIdError> {
    let answer = Answer::read(query)?;
    answer.require_state("the-state")?;
    answer.code(&document(answers))
}

#[test]
fn a_right_answer_gives_its_code() {
    let issuer = "https%3A%2F%2Flogin.example.org";
    assert_eq!(code("code=a%2Bb&state=the-state", Answers::MayNameTheIssuer), Ok("a+b".to_owned()));
    for answers in [Answers::MayNameTheIssuer, Answers::NameTheIssuer] {
        assert_eq!(code(&format!("code=c&iss={issuer}&state=the-state&session_state=x"), answers), Ok("c".to_owned()));
    }
}

#[test]
fn an_answer_that_says_something_twice_is_void() {
    for query in [
        "code=a&code=a&state=the-state",
        "code=a&state=the-state&state=the-state",
        "code=a&state=other&state=the-state",
        "code=a&state=the-state&iss=https://login.example.org&iss=https://login.example.org",
        "error=x&error=x&state=the-state",
        "code=a&state=the-state&%63ode=b",
        "code=&code=a&state=the-state",
    ] {
        assert_eq!(code(query, Answers::MayNameTheIssuer), Err(OpenIdError::AnswerRepeats), "{query}");
    }
}

#[test]
fn an_answer_to_something_else_is_refused_before_anything_in_it_is_believed() {
    for (query, error) in [
        ("", OpenIdError::StateMissing),
        ("code=a", OpenIdError::StateMissing),
        ("code=a&state=", OpenIdError::StateMissing),
        ("code=a&state", OpenIdError::StateMissing),
        ("code=a&state=the-stat", OpenIdError::StateMismatch),
        ("code=a&state=the-state%00", OpenIdError::StateMismatch),
        ("code=a&state=THE-STATE", OpenIdError::StateMismatch),
        ("error=access_denied&state=other", OpenIdError::StateMismatch),
        ("error=access_denied", OpenIdError::StateMissing),
        ("code=a&state[]=the-state", OpenIdError::StateMissing),
        ("#code=a&state=the-state", OpenIdError::CodeMissing),
        ("state=the-state", OpenIdError::CodeMissing),
        ("code=&state=the-state", OpenIdError::CodeMissing),
        ("code=a&state=the-state&iss=", OpenIdError::AnswerIssuerMismatch),
        ("code=a&state=the-state&iss=https://login.example.org/", OpenIdError::AnswerIssuerMismatch),
        ("code=a&state=the-state&iss=%ff%fe", OpenIdError::AnswerIssuerMismatch),
        ("error=access_denied&state=the-state&iss=https://evil.test", OpenIdError::AnswerIssuerMismatch),
    ] {
        assert_eq!(code(query, Answers::MayNameTheIssuer), Err(error), "{query}");
    }
    let unnamed = code("code=a&state=the-state", Answers::NameTheIssuer);
    assert_eq!(unnamed, Err(OpenIdError::AnswerIssuerMissing));
    assert_eq!(code(&"a=b&".repeat(5000), Answers::MayNameTheIssuer), Err(OpenIdError::AnswerTooLong));
}

#[test]
fn an_error_is_an_error_even_with_a_code_beside_it() {
    for (word, error, kind) in [
        ("access_denied", OpenIdError::AccessDenied, ErrorKind::Denied),
        ("login_required", OpenIdError::InteractionNeeded, ErrorKind::PersonNeeded),
        ("interaction_required", OpenIdError::InteractionNeeded, ErrorKind::PersonNeeded),
        ("consent_required", OpenIdError::InteractionNeeded, ErrorKind::PersonNeeded),
        ("account_selection_required", OpenIdError::InteractionNeeded, ErrorKind::PersonNeeded),
        ("server_error", OpenIdError::ProviderUnavailable, ErrorKind::Unavailable),
        ("temporarily_unavailable", OpenIdError::ProviderUnavailable, ErrorKind::Unavailable),
        ("unauthorized_client", OpenIdError::ClientRefused, ErrorKind::Settings),
        ("invalid_request", OpenIdError::ProviderError, ErrorKind::Refused),
        ("<script>alert(1)</script>\u{1b}[31m", OpenIdError::ProviderError, ErrorKind::Refused),
        ("", OpenIdError::ProviderError, ErrorKind::Refused),
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("error", word), ("code", "a"), ("state", "the-state"), ("error_description", word)])
            .finish();
        assert_eq!(code(&query, Answers::MayNameTheIssuer), Err(error), "{word}");
        assert_eq!(error.kind(), kind, "{word}");
    }
}
