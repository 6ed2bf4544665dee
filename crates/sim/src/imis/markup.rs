//! What the pages of the site look like: plain, and usable without a mouse and without scripts.
//!
//! Everything that comes from elsewhere is shown as text, never as markup.

use super::{accounts::User, page::escape};

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{max-width:24rem;margin:3rem auto;padding:0 1rem}\
h1{font-size:1.5rem;margin:0 0 1rem}\
label{display:block;margin:0 0 .25rem}\
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.5rem;margin:0 0 1rem}\
button{font:inherit;padding:.5rem 1rem}\
[role=alert]{border-inline-start:.25rem solid;padding-inline-start:.75rem}";

/// The script that submits a form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Script {
    Inline(&'static str),
    File(&'static str),
}

fn page(title: &str, content: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>"
    )
}

fn alert(complaint: Option<&str>) -> String {
    complaint.map(|text| format!("<p role=alert>{}</p>", escape(text))).unwrap_or_default()
}

/// The sign-in form; it posts to the address it was got from.
pub(super) fn sign_in(complaint: Option<&str>) -> String {
    let content = format!(
        "{}<form method=post>\
         <label for=signInUserName>User name</label>\
         <input id=signInUserName name=username autocomplete=username autocapitalize=none required autofocus>\
         <label for=signInPassword>Password</label>\
         <input id=signInPassword name=password type=password autocomplete=current-password required>\
         <button id=SubmitButton>Sign In</button></form>",
        alert(complaint)
    );
    page("Sign In", &content)
}

/// The form of the OpenID Connect module, with a link for those who keep a password.
pub(super) fn email(provider: &str, query: &str) -> String {
    let and = if query.is_empty() { "" } else { "&" };
    let content = format!(
        "<form method=post><label for=signInEmail>E-mail</label>\
         <input id=signInEmail name=email type=email autocomplete=email required autofocus>\
         <button id=SubmitButton>Continue to {}</button></form>\
         <p><a id=signInWithPassword href=\"SignIn.aspx?{}\">Sign in with a user name and password</a></p>",
        escape(provider),
        escape(&format!("{query}{and}With=Password")),
    );
    page("Sign In", &content)
}

/// Asks before signing out, since a mere link must not do it.
pub(super) fn sign_out() -> String {
    page("Sign Out", "<form method=post action=\"SignOut.aspx\"><button id=SubmitButton>Sign Out</button></form>")
}

/// Who is signed in.
pub(super) fn home(user: &User) -> String {
    let content = format!(
        "<p>You are signed in as {} {} ({}).</p><p><a href=\"SignOut.aspx\">Sign Out</a></p>",
        escape(&user.first),
        escape(&user.last),
        escape(&user.name)
    );
    page("Welcome", &content)
}

/// What a content item shows when it cannot do its work.
pub(super) fn error(complaint: &str) -> String {
    page("Error", &alert(Some(complaint)))
}

/// The form that takes a refresh token to a client application.
pub(super) fn hand_over(name: &str, action: &str, token: &str, script: Script) -> String {
    let script = match script {
        Script::Inline(text) => format!("<script>{text}</script>"),
        Script::File(file) => format!("<script src=\"{file}\"></script>"),
    };
    let content = format!(
        "<form method=post action=\"{}\"><input type=hidden name=refresh_token value=\"{}\">\
         <p>You are being taken to {}.</p><button>Continue</button></form>{script}",
        escape(action),
        escape(token),
        escape(name)
    );
    page("One moment", &content)
}
