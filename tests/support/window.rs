//! The sign-in window beside the pane: going there, and coming back.

use crate::browser::Browser;
use crate::pane::Pane;
use crate::until;
use thirtyfour::prelude::*;

/// The windows of a browser beside this one.
async fn others(browser: &Browser, own: &WindowHandle) -> Vec<WindowHandle> {
    let all = browser.driver.windows().await.expect("the browser lists its windows");
    all.into_iter().filter(|handle| handle != own).collect()
}

impl Pane {
    /// Looks into the sign-in window, once it is there. The verbs of the pane work in it until
    /// [`Pane::back`].
    pub async fn in_window(&self) {
        let other = async || others(&self.browser, &self.window).await.into_iter().next();
        let popup = until("a window opens", other).await;
        self.browser.driver.switch_to_window(popup).await.expect("the window is there");
    }

    /// Looks into the pane again.
    pub async fn back(&self) {
        self.browser.driver.switch_to_window(self.window.clone()).await.expect("Outlook is there");
        self.enter().await;
    }

    /// Closes the window one looks into, as a person does, and looks into the pane again.
    pub async fn close_window(&self) {
        self.browser.driver.close_window().await.expect("the window is there");
        self.back().await;
    }

    /// Waits until no window is beside Outlook, and looks into the pane.
    pub async fn sees_the_window_go(&self) {
        until("the window goes", async || others(&self.browser, &self.window).await.is_empty().then_some(())).await;
        self.back().await;
    }

    /// Waits until a window has asked the organisation's provider to end a session and is gone, and looks into
    /// the pane.
    pub async fn sees_the_provider_sign_out(&self, provider: &sim::openid::Running) {
        let asked = async || (provider.ledger().count(sim::openid::Endpoint::EndSession) > 0).then_some(());
        until("the provider is asked to end a session", asked).await;
        self.sees_the_window_go().await;
    }

    /// Signs in on iMIS's own page, in the window that a button of the pane opens.
    pub async fn sign_in_at_imis(&self, user_name: &str, password: &str) {
        self.press("Sign in with iMIS").await;
        self.in_window().await;
        self.fill("User name", user_name).await;
        self.fill("Password", password).await;
        self.press("Sign In").await;
        self.back().await;
    }

    /// Signs in at the organisation's provider, likewise; then iMIS asks whom to take there, and the provider
    /// asks nothing more.
    pub async fn sign_in_at_provider(&self, user_name: &str, email: &str, password: &str) {
        self.press(&format!("Sign in with {}", crate::ways::PROVIDER)).await;
        self.in_window().await;
        self.fill("User name", user_name).await;
        self.fill("Password", password).await;
        self.press("Sign in").await;
        self.fill("E-mail", email).await;
        self.press("Continue to Cloud SSO").await;
        self.back().await;
    }

    /// Signs in at the certified provider, whose own pages ask for the login and for consent; then at iMIS.
    pub async fn sign_in_at_certified_provider(&self, user_name: &str, password: &str) {
        self.press(&format!("Sign in with {}", crate::ways::PROVIDER)).await;
        self.in_window().await;
        for (field, text) in [("login", crate::certified::LOGIN), ("password", "any")] {
            let field = self.find(By::Css(format!("input[name={field}]")), "field of the provider").await;
            field.send_keys(text).await.expect("the field takes text");
        }
        self.press("Sign-in").await;
        self.press("Continue").await;
        self.fill("User name", user_name).await;
        self.fill("Password", password).await;
        self.press("Sign In").await;
        self.back().await;
    }

    /// Has the pane believe that so many minutes have passed, as the server does after
    /// [`crate::World::turn_clock`], and looks at it again.
    pub async fn minutes_pass(&self, minutes: i64) {
        self.minutes_pass_unseen(minutes).await;
        self.is_looked_at().await;
    }

    /// Tells the pane that somebody sees it, as browsers do when a page comes to the front.
    pub async fn is_looked_at(&self) {
        let script = "document.dispatchEvent(new Event('visibilitychange'))";
        self.browser.driver.execute(script, vec![]).await.expect("the script runs");
    }

    /// The same while nobody looks.
    pub async fn minutes_pass_unseen(&self, minutes: i64) {
        const SCRIPT: &str = "
            const ahead = arguments[0] * 60000, now = Date.now, get = Headers.prototype.get;
            Date.now = () => now.call(Date) + ahead;
            Headers.prototype.get = function (name) {
              const value = get.call(this, name);
              return name === 'date' && value ? new Date(Date.parse(value) + ahead).toUTCString() : value;
            };";
        self.browser.driver.execute(SCRIPT, vec![minutes.into()]).await.expect("the script runs");
    }

    /// Presses a button of the question that Microsoft's script asks in the pane's place.
    pub async fn press_outlooks(&self, name: &str) {
        let button = By::Css(format!("#newWindowNotificaiton input[value={name}]"));
        self.find(button, &format!("Outlook's button “{name}”")).await.click().await.expect("it can be pressed");
    }

    /// Opens one's account from the name in the header.
    pub async fn open_account(&self) {
        self.find(By::Id("account"), "name in the header").await.click().await.expect("the name can be pressed");
        self.headed("My account").await;
    }

    /// Waits until the control of this name has the keyboard.
    pub async fn has_the_keyboard(&self, name: &str) {
        let there = async || {
            let focused = self.browser.driver.active_element().await.expect("something has the keyboard");
            (self.browser.computed(&focused, "computedlabel").await == name).then_some(())
        };
        until(&format!("“{name}” has the keyboard"), there).await;
    }

    /// What the pane keeps of its session in this window.
    pub async fn kept_session(&self) -> String {
        let script = "return sessionStorage.getItem('imis-session') ?? ''";
        let kept = self.browser.driver.execute(script, vec![]).await.expect("the script runs");
        kept.json().as_str().unwrap_or_default().to_owned()
    }

    /// Waits until it is something else.
    pub async fn keeps_another_session_than(&self, former: &str) {
        let another = async || {
            let kept = self.kept_session().await;
            (!kept.is_empty() && kept != former).then_some(())
        };
        until("the pane keeps another session", another).await;
    }

    /// Whether the browser refuses to let the pane keep anything.
    pub async fn storage_throws(&self) -> bool {
        let script = "try { localStorage.length; sessionStorage.length; return false } catch { return true }";
        let answer = self.browser.driver.execute(script, vec![]).await.expect("the script runs");
        answer.json().as_bool().unwrap_or_default()
    }

    /// Takes the browser's key away, as clearing site data does.
    pub async fn lose_the_key(&self) {
        let script = "const done = arguments[arguments.length - 1];
            const request = indexedDB.deleteDatabase('imis-outlook');
            request.onsuccess = request.onerror = request.onblocked = () => done()";
        self.browser.driver.execute_async(script, vec![]).await.expect("the script runs");
    }

    /// Cuts this window's pane off from the server, until it finds it again.
    pub async fn loses_the_server(&self) {
        let script = "window.lost = window.fetch; window.fetch = () => Promise.reject(new TypeError('offline'))";
        self.browser.driver.execute(script, vec![]).await.expect("the script runs");
    }

    /// Ends that.
    pub async fn finds_the_server(&self) {
        self.browser.driver.execute("window.fetch = window.lost", vec![]).await.expect("the script runs");
    }

    /// Opens Outlook in a second window of the same browser, and looks into its pane. Closed by nobody.
    pub async fn beside(&self, outlook: String) -> WindowHandle {
        let second = self.browser.driver.new_tab().await.expect("the browser opens windows");
        self.browser.driver.switch_to_window(second.clone()).await.expect("the window is there");
        self.browser.driver.goto(outlook).await.expect("Outlook's page loads");
        self.enter().await;
        second
    }

    /// Looks into the pane of another window.
    pub async fn go_to(&self, window: &WindowHandle) {
        self.browser.driver.switch_to_window(window.clone()).await.expect("the window is there");
        self.enter().await;
    }
}
