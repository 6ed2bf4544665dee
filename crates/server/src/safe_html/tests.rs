//! The corpus of hostile bodies, and the invariants that hold for any body whatever.

use super::*;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use serde::Deserialize;
use std::cell::RefCell;
use std::time::{Duration, Instant};

#[derive(Deserialize)]
struct Body {
    name: String,
    html: String,
}

fn corpus() -> Vec<Body> {
    serde_json::from_str(include_str!("../../tests/corpora/bodies/hostile.json")).unwrap()
}

/// Every start tag, as a parser sees it that knows nothing of us.
#[derive(Default)]
struct Tags(RefCell<Vec<Tag>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.0.borrow_mut().push(tag),
            Token::CommentToken(_) | Token::DoctypeToken(_) => panic!("a comment or a doctype"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn tags(html: &str) -> Vec<Tag> {
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _done = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// What holds for every body made safe, whatever it was.
fn check(name: &str, body: &str) -> SafeHtml {
    let safe = clean(body);
    for tag in tags(&safe.html) {
        let allowed = "a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del \
            dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav \
            ol p pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time \
            tr tt u ul var wbr";
        assert!(allowed.split_whitespace().any(|word| word == &*tag.name), "{name}: <{}>", &*tag.name);
        for attribute in &tag.attrs {
            let (local, value) = (&*attribute.name.local, attribute.value.to_lowercase());
            let is_known = "align alt bgcolor border cellpadding cellspacing color colspan dir height href lang rel \
                rowspan size span src start style target type valign value width";
            assert!(is_known.split_whitespace().any(|word| word == local), "{name}: {local}");
            match local {
                "href" => {
                    let good = ["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
                    assert!(good && &*tag.name == "a", "{name}: {value}");
                }
                "src" => {
                    let kinds = ["png", "jpeg", "jpg", "gif", "webp"].map(|kind| format!("data:image/{kind};base64,"));
                    assert!(kinds.iter().any(|kind| value.starts_with(kind)), "{name}: {value}");
                }
                "style" => assert!(!value.contains("url") && !value.contains('\\') && !value.contains('@'), "{name}"),
                "alt" => {}
                _ => assert!(!value.contains("script") && !value.contains("//"), "{name}: {local}={value}"),
            }
        }
        if &*tag.name == "a" {
            let of = |name| tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            assert_eq!(of("rel").map(|found| &*found.value), Some("noopener noreferrer"), "{name}");
            assert_eq!(of("target").map(|found| &*found.value), Some("_blank"), "{name}");
        }
    }
    let again = clean(&safe.html);
    assert_eq!(again.html, safe.html, "{name}: a fixpoint");
    assert_eq!(again.blocked_images, 0, "{name}");
    safe
}

#[test]
fn no_hostile_body_keeps_anything_that_runs_or_asks() {
    let corpus = corpus();
    assert!(corpus.len() >= 100);
    for Body { name, html } in &corpus {
        check(name, html);
    }
}

#[test]
fn nor_does_any_mixture_of_them() {
    let corpus: Vec<Body> = corpus().into_iter().filter(|body| body.html.len() < 300).collect();
    let mut number = 1_u64;
    let mut random = |below: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(number >> 33).unwrap() % below
    };
    for round in 0..1500 {
        let mut body = String::new();
        for _ in 0..3 {
            let html = &corpus[random(corpus.len())].html;
            // Cut anywhere: the end of one is the beginning of another.
            let (from, to) = (random(html.len()), random(html.len() + 1));
            let part = if from < to { html.get(from..to) } else { Some(&**html) };
            body.push_str(part.unwrap_or(html));
        }
        check(&format!("round {round}: {body}"), &body);
    }
}

#[test]
fn what_a_mail_needs_stays() {
    let mail = "<div dir=\"ltr\"><h1>Dues</h1><p style=\"color: red; position: fixed; FONT-WEIGHT:bold\">Dear <b>all</b>,</p>\
        <table border=1><tr><td colspan=2 bgcolor=#eee>a</td></tr></table>\
        <a href=\"https://www.example.org/?a=1&amp;b=2\">page</a> <a href='mailto:a@b.example'>mail</a>\
        <img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=Logo></div>";
    let safe = check("mail", mail);
    for part in [
        "<h1>Dues</h1>",
        "color:red",
        "font-weight:bold",
        "<b>all</b>",
        "border=\"1\"",
        "colspan=\"2\"",
        "https://www.example.org/?a=1&amp;b=2",
        "mailto:a@b.example",
        "data:image/png;base64,iVBORw0KGgo=",
        "alt=\"Logo\"",
    ] {
        assert!(safe.html.contains(part), "{part}: {}", safe.html);
    }
    assert!(!safe.html.contains("position"));
    assert_eq!(safe.blocked_images, 0);
}

#[test]
fn pictures_from_elsewhere_and_too_large_ones_are_left_out_and_counted() {
    let large = format!("<img src='data:image/png;base64,{}'>", "A".repeat(1_500_000));
    let body = format!("<p>a<img src=https://a.example/x.png>b<img src=cid:1><img>{large}</p>");
    let safe = check("pictures", &body);
    assert_eq!((safe.html.as_str(), safe.blocked_images), ("<p>ab</p>", 4));
}

#[test]
fn a_body_that_is_too_long_is_cut_and_says_so() {
    let many = "<p>a</p>".repeat(120_000);
    let safe = check("many tags", &many);
    assert!(safe.html.ends_with(CUT));
    let long = format!("<p>{}</p>", "word ".repeat(2_000_000));
    assert!(clean(&long).html.ends_with(CUT));
}

#[test]
fn nothing_makes_a_body_take_for_ever() {
    let attributes: String = (0..200_000).fold(String::from("<p"), |text, number| text + &format!(" a{number}=1"));
    let fonts: String = (0..50_000).fold(String::new(), |text, number| text + &format!("<font color=c{number}><p>"));
    for (name, body) in [
        ("deep", "<div>".repeat(400_000)),
        ("deep and closed by another", "<div></b>".repeat(400_000)),
        ("fonts", fonts),
        ("tables", "<table><tr><td>".repeat(200_000)),
        ("attributes", attributes + ">x"),
        ("half tags", "<a href=\"".repeat(400_000)),
        ("links", "<a href=https://a.example><div>".repeat(100_000)),
        ("scripts", "<script>".repeat(300_000)),
    ] {
        let begun = Instant::now();
        clean(&body);
        assert!(begun.elapsed() < Duration::from_secs(20), "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn text_is_told_from_html() {
    for html in ["<p>a</p>", "a<br>b", "<DIV>x</DIV>", "<script>x</script>", "a</b>", "<p\nclass=x>a"] {
        assert!(is_html(html), "{html}");
    }
    for text in
        ["Harbour & Daughters <Books>", "1 < 2 > 0", "<ada@example.org>", "", "a <", "Ann <a@example.org>", "a <i> b"]
    {
        assert!(!is_html(text), "{text}");
    }
}
