//! The provider's own pages: plain, usable by keyboard and screen reader, without scripts but where the standard has one.
//!
//! Invariant: whatever came with a request is escaped.

/// Text that is safe in HTML, in attributes too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:2rem auto;padding:0 1rem}}\
         label{{display:block;margin-top:1rem}}input,button{{font:inherit;padding:.4rem;box-sizing:border-box}}\
         input{{width:100%}}button{{margin:1rem .5rem 0 0}}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         {body}\n</main>\n</body>\n</html>\n",
        title = escaped(title),
    )
}

/// A page with a sentence.
pub(super) fn message(title: &str, sentence: &str) -> String {
    document(title, &format!("<p>{}</p>", escaped(sentence)))
}

/// What the sign-in page shows.
#[derive(Debug)]
pub(super) struct SignIn<'page> {
    /// Where the form goes.
    pub(super) action: &'page str,
    /// Which authorization request it belongs to.
    pub(super) interaction: &'page str,
    /// Which client asks.
    pub(super) client: &'page str,
    /// What stands in the name field already.
    pub(super) name: &'page str,
    /// Who could sign in.
    pub(super) names: &'page [String],
    /// What went wrong the last time.
    pub(super) trouble: Option<&'page str>,
}

/// The sign-in page.
pub(super) fn sign_in(page: &SignIn<'_>) -> String {
    let trouble = page.trouble.map(|trouble| format!("<p role=\"alert\" id=\"trouble\">{}</p>\n", escaped(trouble)));
    let names: String =
        page.names.iter().flat_map(|name| ["<option value=\"".to_owned(), escaped(name), "\">".to_owned()]).collect();
    let body = format!(
        "<p>to go on to {client}</p>\n{trouble}<form method=\"post\" action=\"{action}\">\n\
         <input type=\"hidden\" name=\"interaction\" value=\"{interaction}\">\n\
         <label for=\"username\">User name</label>\n\
         <input id=\"username\" name=\"username\" list=\"names\" autocomplete=\"username\" value=\"{name}\">\n\
         <datalist id=\"names\">{names}</datalist>\n\
         <label for=\"password\">Password</label>\n\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\">\n\
         <button type=\"submit\" id=\"sign-in\">Sign in</button>\n\
         <button type=\"submit\" id=\"cancel\" name=\"cancel\" value=\"yes\">Cancel</button>\n</form>",
        client = escaped(page.client),
        trouble = trouble.unwrap_or_default(),
        action = escaped(page.action),
        interaction = escaped(page.interaction),
        name = escaped(page.name),
    );
    document("Sign in to the association", &body)
}

/// A page that posts these fields as soon as it is there (OAuth 2.0 Form Post Response Mode).
pub(super) fn form_post(action: &str, fields: &[(String, String)]) -> String {
    let body = format!(
        "<form method=\"post\" action=\"{}\">\n{}<button type=\"submit\" id=\"go-on\">Go on</button>\n</form>\n\
         <script>document.forms[0].submit()</script>",
        escaped(action),
        hidden(fields),
    );
    document("Go on", &body)
}

/// Asks whether to sign out.
pub(super) fn confirm_sign_out(action: &str, fields: &[(String, String)]) -> String {
    let body = format!(
        "<form method=\"post\" action=\"{}\">\n{}\
         <button type=\"submit\" id=\"sign-out\" name=\"confirm\" value=\"yes\">Sign out</button>\n</form>",
        escaped(action),
        hidden(fields),
    );
    document("Sign out of the association?", &body)
}

fn hidden(fields: &[(String, String)]) -> String {
    let field = |(name, value): &(String, String)| {
        let [name, value] = [name, value].map(|text| escaped(text));
        ["<input type=\"hidden\" name=\"", &name, "\" value=\"", &value, "\">\n"].concat()
    };
    fields.iter().map(field).collect()
}
