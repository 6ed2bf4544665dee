//! Where the server may go, address by address and name by name.

use super::*;

fn reach(loopback: bool, private: bool) -> Reach {
    Reach { hosts: vec!["login.example.org".to_owned(), "127.0.0.1".to_owned()], loopback, private }
}

fn at(address: &str) -> IpAddr {
    address.parse().unwrap()
}

#[test]
fn link_local_and_metadata_addresses_are_never_asked() {
    let widest = reach(true, true);
    for address in [
        "169.254.169.254",
        "169.254.1.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "ff02::1",
        "fec0::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::169.254.169.254",
        "2001::1",
    ] {
        assert!(!widest.permits(at(address)), "{address}");
    }
}

#[test]
fn private_addresses_are_asked_only_where_the_settings_allow_it() {
    for address in
        ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1"]
    {
        assert!(!reach(true, false).permits(at(address)), "{address}");
        assert!(reach(false, true).permits(at(address)), "{address}");
    }
}

#[test]
fn the_loopback_is_asked_only_where_the_provider_itself_is_there() {
    for address in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
        assert!(!reach(false, true).permits(at(address)), "{address}");
        assert!(reach(true, false).permits(at(address)), "{address}");
    }
}

#[test]
fn public_addresses_are_asked() {
    for address in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2001:4860::8888"] {
        assert!(reach(false, false).permits(at(address)), "{address}");
    }
}

#[test]
fn an_endpoint_is_https_on_a_listed_host_or_on_this_machine() {
    let reach_out = reach(false, false);
    assert!(reach_out.endpoint("https://login.example.org/token").is_some());
    assert!(reach_out.endpoint("https://LOGIN.example.org:8443/token?x=1").is_some());
    for text in [
        "http://login.example.org/token",
        "https://login.example.org.evil.test/token",
        "https://evil-login.example.org/token",
        "https://sub.login.example.org/token",
        "https://login.example.org@evil.test/token",
        "https://me:secret@login.example.org/token",
        "https://login.example.org/token#fragment",
        "http://127.0.0.1/token",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/token",
        "",
    ] {
        assert!(reach_out.endpoint(text).is_none(), "{text}");
    }
    assert!(reach(true, false).endpoint("http://127.0.0.1:4000/token").is_some());
    assert!(reach(true, false).endpoint("http://login.example.org/token").is_none());
}

#[test]
fn an_address_spelled_as_a_number_is_seen_through() {
    for text in ["https://2130706433/", "https://0x7f.1/", "https://[::ffff:7f00:1]/", "https://0177.0.0.1/"] {
        assert!(!reach(false, true).permits_literal(&Url::parse(text).unwrap()), "{text}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_resolved() {
    let refused = reach(false, true).resolve("localhost".parse().unwrap()).await;
    assert!(refused.is_err_and(|error| error.is::<NoAddress>()));
    let mut there = reach(true, false).resolve("localhost".parse().unwrap()).await.unwrap();
    assert!(there.all(|address| address.ip().is_loopback()));
}
