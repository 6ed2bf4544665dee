//! A site of bare sockets, for what a proper server never does.

use imis::{Acting, Client, Limits, SiteUrl, UserName};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A good answer of `/token`, and the user it was granted to.
pub(crate) const TOKEN: &str = r#"{"access_token":"t","expires_in":3600}"#;
pub(crate) const NAMED_TOKEN: &str = r#"{"access_token":"t","expires_in":3600,"userName":"staff"}"#;
const USER: &str = r#"{"Items":[{"UserName":"staff","UserId":"1","Roles":["IsStaff"]}]}"#;

/// A socket that nobody answers yet, and a client of it.
pub(crate) async fn bare_site() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = SiteUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let limits = Limits { pause_max: Duration::from_millis(5), ..Limits::default() };
    (listener, Client::new(site, limits).unwrap())
}

/// The same, and somebody who acts there.
pub(crate) async fn site() -> (TcpListener, Acting) {
    let (listener, client) = bare_site().await;
    let renewal = imis::Renewal::Credentials(crate::credentials("staff", "p"));
    (listener, client.acting_as(UserName::new("staff"), renewal))
}

/// Grants a token.
pub(crate) async fn grant(listener: &TcpListener) {
    answer(listener, TOKEN, 0).await;
    answer(listener, USER, 0).await;
}

/// Takes one request and answers it, announcing `more` bytes than there are.
/// Gives the head of the request in lower case, and the length of its body.
pub(crate) async fn answer(listener: &TcpListener, body: &str, more: usize) -> (String, usize) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let (head, mut length) = read_head(&mut stream).await;
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut buffer = vec![0; 65_536];
    while length < announced {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the body ended early");
        length += read;
    }
    let promised = body.len() + more;
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {promised}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(response.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    (head, length)
}

async fn read_head(stream: &mut TcpStream) -> (String, usize) {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the head ended early");
        read.extend_from_slice(&chunk[..count]);
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            return (head, read.len() - end - 4);
        }
    }
}
