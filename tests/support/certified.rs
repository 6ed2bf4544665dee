//! An OpenID provider that others wrote and the OpenID Foundation certified, run as a process of its own: the
//! npm package `oidc-provider`, which `cargo xtask test` fetches.

use crate::world::target;
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use url::Url;

/// The login of its one person there, who is STAFF1 at iMIS.
pub const LOGIN: &str = "hannah";
/// The name of the server as its client, and the secret, which has letters that must be encoded.
pub(crate) const CLIENT: (&str, &str) = ("outlook", "a secret with: + and % in it");
/// The person's external ID.
pub(crate) const EXTERNAL_ID: &str = "directory-192";

/// A running provider; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Certified {
    /// The issuer, letter for letter.
    pub(crate) issuer: String,
    _process: Child,
    /// What it says later goes unread, and must not break it.
    _output: BufReader<ChildStdout>,
}

impl Certified {
    /// Starts it with the server as its client, which signs people in there and out.
    pub(crate) async fn start(redirect: &Url, signed_out: &Url) -> Self {
        let library = target().join("tools/node_modules/oidc-provider/lib/index.js");
        assert!(library.is_file(), "the certified provider is missing: `cargo xtask test` fetches it");
        let settings = json!({
            "clients": [{
                "client_id": CLIENT.0,
                "client_secret": CLIENT.1,
                "redirect_uris": [redirect.as_str()],
                "post_logout_redirect_uris": [signed_out.as_str()],
            }],
            "people": { LOGIN: { "external_id": EXTERNAL_ID } },
        });
        let mut process = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/openid/provider.mjs"))
            .arg(target().join("tools"))
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is there: `cargo xtask doctor` tells how to get it");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        output.read_line(&mut line).await.expect("the provider says where it listens");
        let said: Value = serde_json::from_str(&line).expect("the provider says where it listens");
        let issuer = said["issuer"].as_str().expect("an address").to_owned();
        Self { issuer, _process: process, _output: output }
    }
}
