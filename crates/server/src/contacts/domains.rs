//! Public mail providers: an address there says nothing about an organisation.
//!
//! The list is of the providers that people are with, not of all there are; one that is missing costs a wrong guess.

/// In alphabetical order. What is below one of them counts too.
const PUBLIC: [&str; 132] = [
    "126.com",
    "163.com",
    "aim.com",
    "alice.it",
    "aliyun.com",
    "aol.com",
    "arcor.de",
    "att.net",
    "bellsouth.net",
    "bigpond.com",
    "bigpond.net.au",
    "bluewin.ch",
    "bol.com.br",
    "bt.com",
    "btinternet.com",
    "charter.net",
    "chello.at",
    "comcast.net",
    "cox.net",
    "daum.net",
    "duck.com",
    "earthlink.net",
    "eircom.net",
    "email.com",
    "email.cz",
    "email.de",
    "excite.com",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "frontier.com",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hanmail.net",
    "hey.com",
    "home.nl",
    "hotmail.be",
    "hotmail.ca",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "hotmail.nl",
    "hushmail.com",
    "icloud.com",
    "iinet.net.au",
    "ik.me",
    "inbox.com",
    "inbox.lv",
    "interia.pl",
    "juno.com",
    "kpnmail.nl",
    "laposte.net",
    "libero.it",
    "live.ca",
    "live.co.uk",
    "live.com",
    "live.com.au",
    "live.fr",
    "live.nl",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "mweb.co.za",
    "naver.com",
    "netscape.net",
    "netzero.net",
    "ntlworld.com",
    "o2.pl",
    "online.no",
    "optonline.net",
    "optusnet.com.au",
    "orange.fr",
    "outlook.at",
    "outlook.com",
    "outlook.com.au",
    "outlook.de",
    "outlook.es",
    "outlook.fr",
    "outlook.ie",
    "planet.nl",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "roadrunner.com",
    "rocketmail.com",
    "rogers.com",
    "sapo.pt",
    "sbcglobal.net",
    "seznam.cz",
    "sfr.fr",
    "shaw.ca",
    "sina.com",
    "sky.com",
    "sympatico.ca",
    "t-online.de",
    "talktalk.net",
    "telenet.be",
    "telus.net",
    "terra.com.br",
    "tiscali.it",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "videotron.ca",
    "virgilio.it",
    "virginmedia.com",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "xtra.co.nz",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// Providers with a domain in nearly every country.
const EVERYWHERE: [&str; 1] = ["yahoo"];

/// Whether everybody may have an address at this domain.
pub(crate) fn is_public(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    let mut rest = domain.as_str();
    loop {
        if PUBLIC.binary_search(&rest).is_ok() || EVERYWHERE.iter().any(|name| is_of(rest, name)) {
            return true;
        }
        match rest.split_once('.') {
            Some((_, parent)) if parent.contains('.') => rest = parent,
            _ => return false,
        }
    }
}

/// `yahoo.com`, `yahoo.co.uk` and the like.
fn is_of(domain: &str, name: &str) -> bool {
    let ending = domain.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
    ending.is_some_and(|ending| match ending.split_once('.') {
        None => ending == "com" || ending.len() == 2,
        Some((second, country)) => matches!(second, "co" | "com") && country.len() == 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_finds_what_is_in_it() {
        assert!(PUBLIC.is_sorted());
        for public in
            ["gmail.com", "GMX.de", "mail.gmx.net", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "zoho.com", "126.com"]
        {
            assert!(is_public(public), "{public}");
        }
        for own in ["acme.example", "gmail.com.acme.example", "yahoo.acme.example", "notgmail.com", "com", ""] {
            assert!(!is_public(own), "{own}");
        }
    }
}
