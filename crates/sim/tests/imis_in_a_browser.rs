//! Single sign-on as a browser sees it: the sign-in form, the form that posts itself, and what the browser says of
//! where it comes from (imis.md §12.2, security.md §3.1).

#[path = "imis/chromium.rs"]
mod chromium;

use chromium::{APPLICATION, Chromium};
use sim::imis::{
    ClientApplication, HeadRequest, OpenerPolicy, PageHeaders, Posts, ReferrerPolicy, Settings, people::PASSWORD,
};
use thirtyfour::prelude::*;

const CLIENT: &str = "OutlookSso";

/// A site whose Single Sign-On page leads to the application in the browser's world.
async fn site(posts: Posts) -> sim::imis::Running {
    let site = sim::imis::start(Settings::default()).await.expect("the site starts");
    site.register_application(ClientApplication {
        head_request: HeadRequest::Skipped,
        posts,
        ..ClientApplication::new(CLIENT).redirecting_to(APPLICATION.parse().expect("an address"))
    });
    site
}

async fn sign_in(browser: &Chromium, site: &sim::imis::Running) -> WebDriverResult<()> {
    browser.driver.goto(site.sign_on_page(CLIENT).as_str()).await?;
    browser.driver.find(By::Id("signInUserName")).await?.send_keys("STAFF1").await?;
    browser.driver.find(By::Id("signInPassword")).await?.send_keys(PASSWORD).await?;
    browser.driver.find(By::Id("SubmitButton")).await?.click().await
}

#[tokio::test]
async fn each_way_to_post_names_the_origin_that_was_measured() -> WebDriverResult<()> {
    let browser = Chromium::open().await?;
    for (posts, referrer, names_site) in [
        (Posts::InlineScript, ReferrerPolicy::Absent, true),
        (Posts::ExternalScript, ReferrerPolicy::Absent, true),
        (Posts::InlineScript, ReferrerPolicy::NoReferrer, false),
        (Posts::Redirect307, ReferrerPolicy::Absent, false),
    ] {
        let site = site(posts).await;
        site.send_with_pages(PageHeaders { referrer, opener: OpenerPolicy::Absent });
        sign_in(&browser, &site).await?;
        let arrival = browser.arrival().await?;
        let own = format!("http://{}", site.address());
        let origin = if names_site { own.as_str() } else { "null" };
        assert_eq!(arrival.origin, origin, "{posts:?} {referrer:?}");
        assert_eq!(arrival.media, "application/x-www-form-urlencoded");
        assert!(arrival.body.starts_with("refresh_token=CANARY-RT-") && !arrival.body.contains('&'));
        assert_eq!(site.ledger().hand_overs(), 1);
    }
    browser.end().await
}

#[tokio::test]
async fn without_scripts_a_button_hands_over_and_a_signed_in_browser_sees_no_form() -> WebDriverResult<()> {
    let browser = Chromium::open().await?;
    let site = site(Posts::InlineScript).await;
    browser.scripts(false).await;
    sign_in(&browser, &site).await?;
    let button = browser.driver.query(By::XPath("//button[text()='Continue']")).first().await?;
    button.click().await?;
    assert!(browser.arrival().await?.body.starts_with("refresh_token=CANARY-RT-"));
    browser.scripts(true).await;
    browser.driver.goto(site.sign_on_page(CLIENT).as_str()).await?;
    assert!(browser.arrival().await?.body.starts_with("refresh_token=CANARY-RT-"));
    assert_eq!(site.ledger().hand_overs(), 2);
    browser.end().await
}

#[tokio::test]
async fn with_an_opener_policy_the_window_loses_its_opener() -> WebDriverResult<()> {
    let browser = Chromium::open().await?;
    for (opener, kept) in [(OpenerPolicy::Absent, true), (OpenerPolicy::SameOrigin, false)] {
        let site = site(Posts::InlineScript).await;
        site.send_with_pages(PageHeaders { referrer: ReferrerPolicy::Absent, opener });
        browser.driver.goto(APPLICATION).await?;
        let first = browser.driver.window().await?;
        browser.driver.execute("window.open(arguments[0])", vec![site.sign_on_page(CLIENT).as_str().into()]).await?;
        let other = browser.other_window(&first).await?;
        browser.driver.switch_to_window(other).await?;
        browser.driver.query(By::Id("signInUserName")).first().await?.send_keys("STAFF1").await?;
        browser.driver.find(By::Id("signInPassword")).await?.send_keys(PASSWORD).await?;
        browser.driver.find(By::Id("SubmitButton")).await?.click().await?;
        browser.arrival().await?;
        let has = browser.driver.execute("return window.opener !== null", Vec::new()).await?.json().clone();
        assert_eq!(has, kept, "{opener:?}");
        browser.driver.close_window().await?;
        browser.driver.switch_to_window(first).await?;
    }
    browser.end().await
}
