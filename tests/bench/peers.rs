//! Reads a second of an authenticated iMIS read through our server, beside nginx
//! passing the same read on and beside Apache with `mod_auth_openidc` doing so for
//! somebody signed in by OpenID Connect. One run, one iMIS, one load generator (wrk).

use crate::process::{Server, temporary_folder};
use crate::report::{Report, median};
use crate::sessions::Direct;
use api::{Call, MatchContacts, SignIn, SignedIn, SiteName};
use sim::imis::Settings;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::world::PASSWORD;

pub(crate) const NAMES: [&str; 2] = ["reads_per_second_over_nginx", "reads_per_second_over_mod_auth_openidc"];

const ROUNDS: usize = 3;
const CLIENT: &str = "apache";

/// A peer's process.
struct Peer {
    process: Child,
    url: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Asked to end, it takes its children along.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// What wrk is told to send.
struct Load {
    url: String,
    script: PathBuf,
}

pub(crate) async fn side_by_side(report: &mut Report) {
    let missing: Vec<_> = ["nginx", "apache2", "wrk"].into_iter().filter(|program| !on_path(program)).collect();
    if !missing.is_empty() {
        println!("{} not installed, so there is nothing to stand beside", missing.join(", "));
        return;
    }
    let imis = sim::imis::start(Settings::default()).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let ours = our_load(&server.url, &folder).await;
    let direct = Direct::new(&imis).await;
    let nginx = nginx(&folder, &direct).await;
    let apache = apache(&folder, &direct).await;
    let loads = [&ours, &nginx.1, &apache.1];
    let mut rates = [vec![], vec![], vec![]];
    for _ in 0..ROUNDS {
        for (load, rates) in loads.iter().zip(&mut rates) {
            rates.push(run(load).await);
        }
    }
    let [ours, nginx_rate, apache_rate] = rates.map(median);
    report.at_least(NAMES[0], ours / nginx_rate, "×", 0.5);
    report.at_least(NAMES[1], ours / apache_rate, "×", 0.5);
    drop((nginx, apache));
    let _ = fs::remove_dir_all(folder);
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).any(|folder| folder.join(program).is_file())
    })
}

/// Requests a second that were answered well; one that was not would be no comparison.
async fn run(load: &Load) -> f64 {
    let mut command = tokio::process::Command::new("wrk");
    command.args(["-t1", "-c16", "-d4s", "-s"]).arg(&load.script).arg(&load.url);
    let output = command.output().await.expect("wrk starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("Non-2xx"), "{}: {text}", load.url);
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).expect("wrk says the rate");
    line.trim().parse().expect("a number")
}

/// One address looked up, by somebody signed in.
async fn our_load(url: &str, folder: &Path) -> Load {
    let sign_in =
        SignIn { site: SiteName("live".to_owned()), user_name: "STAFF1".to_owned(), password: PASSWORD.to_owned() };
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(format!("{url}{}", SignIn::PATH)).header(api::VERSION_HEADER, api::VERSION);
    let answer = request.json(&sign_in).send().await.expect("the server answers");
    let signed_in: SignedIn = answer.json().await.expect("a session begins");
    let script = folder.join("ours.lua");
    let headers = [
        ("authorization", format!("Bearer {}", signed_in.token.0)),
        ("content-type", "application/json".to_owned()),
        (api::VERSION_HEADER, api::VERSION.to_owned()),
    ];
    let body = r#"{"addresses":["ada.lovelace@example.org"]}"#;
    fs::write(&script, lua("POST", &headers, body)).expect("the folder can be written");
    let load = Load { url: format!("{url}{}", MatchContacts::PATH), script };
    run(&load).await;
    load
}

fn lua(method: &str, headers: &[(&str, String)], body: &str) -> String {
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("wrk.headers[{name:?}] = {value:?}\n")).collect();
    let headers = headers.concat();
    format!("wrk.method = {method:?}\nwrk.body = {body:?}\n{headers}")
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

async fn started(mut command: Command, url: String) -> Peer {
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the peer starts");
    let peer = Peer { process, url };
    while reqwest::get(&peer.url).await.is_err() {
        tokio::task::yield_now().await;
    }
    peer
}

/// nginx passing everything on, connections to iMIS kept as ours are.
async fn nginx(folder: &Path, direct: &Direct) -> (Peer, Load) {
    let port = free_port();
    let target: url::Url = direct.address.parse().expect("an address");
    let below = folder.join("nginx");
    fs::create_dir_all(&below).expect("the folder can be written");
    let text = format!(
        "daemon off; worker_processes auto; pid {below}/pid; error_log {below}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; client_body_temp_path {below}/body; proxy_temp_path {below}/proxy; \
         fastcgi_temp_path {below}/f; uwsgi_temp_path {below}/u; scgi_temp_path {below}/s;\n\
         upstream imis {{ server {host}; keepalive 32; }}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://imis; proxy_http_version 1.1; \
         proxy_set_header Connection \"\"; }} }} }}\n",
        below = below.display(),
        host = target.authority(),
    );
    let file = below.join("nginx.conf");
    fs::write(&file, text).expect("the folder can be written");
    let mut command = Command::new("nginx");
    command.arg("-c").arg(file);
    let peer = started(command, format!("http://127.0.0.1:{port}/")).await;
    let script = below.join("load.lua");
    fs::write(&script, lua("GET", &[("authorization", format!("Bearer {}", direct.token))], ""))
        .expect("it is written");
    let load = Load {
        url: format!("http://127.0.0.1:{port}{}?{}", target.path(), target.query().unwrap_or_default()),
        script,
    };
    (peer, load)
}

/// Apache, where the provider's session stands for ours and iMIS's token is put in on the way.
async fn apache(folder: &Path, direct: &Direct) -> (Peer, Load, sim::openid::Running) {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}");
    let provider = sim::openid::start(sim::openid::Settings::default()).await.expect("the provider starts");
    let callback = format!("{url}/callback");
    let client =
        sim::openid::Client { secret: "known-to-apache".to_owned(), ..sim::openid::Client::new(CLIENT, &callback) };
    let secret = client.secret.clone();
    provider.register_client(client);
    let target: url::Url = direct.address.parse().expect("an address");
    let below = folder.join("apache");
    fs::create_dir_all(&below).expect("the folder can be written");
    let modules =
        ["mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "headers", "proxy", "proxy_http"];
    let modules: Vec<_> = modules
        .iter()
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
        .collect();
    let modules = modules.concat();
    let text = format!(
        "{modules}ServerRoot {below}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\nPidFile {below}/pid\n\
         ErrorLog {below}/error.log\nUser www-data\nGroup www-data\nMutex file:{below}\n\
         OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration\nOIDCClientID {id}\n\
         OIDCClientSecret {secret}\nOIDCRedirectURI {callback}\nOIDCCryptoPassphrase a-passphrase-for-one-run\n\
         OIDCPKCEMethod S256\nOIDCScope \"openid email\"\nOIDCCookieSameSite Off\n\
         <Location />\nAuthType openid-connect\nRequire valid-user\nProxyPass http://{host}/ keepalive=On\n\
         RequestHeader set Authorization \"Bearer {token}\"\n</Location>\n",
        below = below.display(),
        issuer = provider.issuer().trim_end_matches('/'),
        id = CLIENT,
        host = target.authority(),
        token = direct.token,
    );
    let file = below.join("apache.conf");
    fs::write(&file, text).expect("the folder can be written");
    let mut command = Command::new("apache2");
    command.args(["-DFOREGROUND", "-f"]).arg(file);
    let peer = started(command, format!("{url}/callback")).await;
    let cookie = signed_in_cookie(&url).await;
    let script = below.join("load.lua");
    fs::write(&script, lua("GET", &[("cookie", cookie)], "")).expect("it is written");
    let load = Load { url: format!("{url}{}?{}", target.path(), target.query().unwrap_or_default()), script };
    (peer, load, provider)
}

/// Goes where Apache sends a browser, signs in at the provider, and keeps Apache's cookie.
async fn signed_in_cookie(url: &str) -> String {
    let policy = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().no_proxy().redirect(policy).build().expect("a client");
    let mut cookies: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut next: url::Url = format!("{url}/").parse().expect("an address");
    let mut form: Option<Vec<(String, String)>> = None;
    loop {
        let host = next.authority().to_owned();
        let cookie = cookie_header(cookies.entry(host.clone()).or_default());
        let request = match form.take() {
            Some(form) => client.post(next.clone()).form(&form),
            None => client.get(next.clone()),
        };
        let answer = request.header("cookie", cookie).send().await.expect("somebody answers");
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().expect("text").split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                cookies.entry(host.clone()).or_default().insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(place) = answer.headers().get("location") {
            next = next.join(place.to_str().expect("text")).expect("an address");
            continue;
        }
        if next.as_str().starts_with(url) {
            return cookie_header(&cookies[&host]);
        }
        let page = answer.text().await.expect("a page");
        let after =
            |text: &str| page.split_once(text).and_then(|(_, rest)| rest.split('"').next()).expect(text).to_owned();
        next = next.join(&after("method=\"post\" action=\"").replace("&amp;", "&")).expect("an address");
        let field = |name: &str, value: String| (name.to_owned(), value);
        form = Some(vec![
            field("interaction", after("name=\"interaction\" value=\"")),
            field("username", "STAFF1".to_owned()),
            field("password", PASSWORD.to_owned()),
        ]);
    }
}

fn cookie_header(cookies: &BTreeMap<String, String>) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}
