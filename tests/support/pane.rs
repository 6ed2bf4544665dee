//! A person at the pane: what they do, and what they see.

use crate::browser::Browser;
use crate::until::{found_in_time, until};
use serde_json::{Value, json};
use std::fmt::Write as _;
use thirtyfour::prelude::*;

/// Outlook with the pane beside it. Between calls the browser looks into the pane.
#[derive(Debug)]
pub struct Pane {
    /// The browser it runs in.
    pub browser: Browser,
    /// Outlook's own window.
    pub(crate) window: WindowHandle,
}

/// Text as an `XPath` literal, whatever quotes it contains.
fn literal(text: &str) -> String {
    if text.contains('"') {
        let parts: Vec<String> = text.split('"').map(|part| format!("\"{part}\"")).collect();
        format!("concat({})", parts.join(", '\"', "))
    } else {
        format!("\"{text}\"")
    }
}

/// Finds a button or a link by its name.
fn button_named(name: &str) -> By {
    let name = literal(name);
    By::XPath(format!("//button[normalize-space(.)={name} or @aria-label={name}] | //a[normalize-space(.)={name}]"))
}

/// Presses something as a person does, who first scrolls to what a bar covers.
async fn press(element: &WebElement) {
    element.scroll_into_view().await.expect("the pane scrolls");
    element.click().await.expect("it can be pressed");
}

impl Pane {
    /// Goes to Outlook and looks into the pane.
    pub async fn open(browser: Browser, outlook: String) -> Self {
        browser.driver.goto(outlook).await.expect("Outlook's page loads");
        let window = browser.driver.window().await.expect("the browser has a window");
        let pane = Self { browser, window };
        pane.find(By::Css("html[data-ready]"), "page that plays Outlook").await;
        pane.enter().await;
        pane
    }

    /// Waits for an element that shows.
    pub async fn find(&self, by: By, what: &str) -> WebElement {
        // What is drawn anew while it is looked at is looked at again.
        let look = async || self.browser.driver.query(by.clone()).nowait().and_displayed().first().await.ok();
        let Some(element) = found_in_time(look).await else {
            panic!("no {what}; the page says:\n{}", self.text().await)
        };
        element
    }

    pub(crate) async fn enter(&self) {
        // A pane that Outlook opens anew meanwhile is another frame.
        let within = async || {
            self.browser.driver.enter_default_frame().await.ok()?;
            let frame =
                self.browser.driver.query(By::Css("iframe#addin")).nowait().and_displayed().first().await.ok()?;
            frame.enter_frame().await.ok()
        };
        let Some(()) = found_in_time(within).await else { panic!("no pane; the page says:\n{}", self.text().await) };
    }

    /// Everything the pane says, as text.
    pub async fn text(&self) -> String {
        match self.browser.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// A button by its name, visible or for screen readers.
    pub async fn button(&self, name: &str) -> WebElement {
        self.find(button_named(name), &format!("button “{name}”")).await
    }

    /// Presses a button once it can be pressed.
    pub async fn press(&self, name: &str) {
        let by = button_named(name);
        // What is drawn anew while it is looked at is looked at again.
        let look = async || self.browser.driver.query(by.clone()).nowait().and_clickable().first().await.ok();
        let Some(button) = found_in_time(look).await else {
            panic!("“{name}” cannot be pressed; the page says:\n{}", self.text().await)
        };
        press(&button).await;
    }

    /// A field by its label.
    pub async fn field(&self, label: &str) -> WebElement {
        let label = literal(label);
        let path = format!("//*[@id=//label[normalize-space(.)={label}]/@for] | //*[@aria-label={label}]");
        self.find(By::XPath(path), &format!("field {label}")).await
    }

    /// Types into a field in place of what it holds.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.expect("the field can be emptied");
        // Emptied by the driver, a field tells nobody; by a key it does.
        let keys = if text.is_empty() { " \u{8}" } else { text };
        field.send_keys(keys).await.expect("the field takes text");
    }

    /// Waits for a heading that says exactly this.
    pub async fn headed(&self, text: &str) {
        let path = format!("(//h1|//h2|//h3)[normalize-space(.)={}]", literal(text));
        self.find(By::XPath(path), &format!("heading “{text}”")).await;
    }

    /// Signs in through the form.
    pub async fn sign_in(&self, user_name: &str, password: &str) {
        self.fill("User name", user_name).await;
        self.fill("Password", password).await;
        self.press("Sign in").await;
    }

    /// Opens another message in Outlook's list, by its subject.
    pub async fn open_message(&self, subject: &str) {
        self.browser.driver.enter_default_frame().await.expect("the page is there");
        let path = format!("//li[.//*[@class='row-subject'][contains(normalize-space(.), {})]]", literal(subject));
        let row = self.find(By::XPath(path), &format!("message “{subject}”")).await;
        row.scroll_into_view().await.expect("the list scrolls");
        row.click().await.expect("a message can be opened");
        self.enter().await;
    }

    /// Runs a script in Outlook's page, such as one that arms a fault.
    pub async fn in_outlook(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.browser.driver.enter_default_frame().await.expect("the page is there");
        let result = self.browser.driver.execute(script, arguments).await.expect("the script runs");
        self.enter().await;
        result.json().clone()
    }

    /// Saves a picture of Outlook with the pane beside the message under `target/screenshots`.
    pub async fn picture_of_outlook(&self, name: &str) {
        let path = crate::world::target().join("screenshots").join(format!("{name}.png"));
        self.browser.driver.screenshot(&path).await.expect("a picture can be taken");
    }

    /// Saves a picture of the pane under `target/screenshots`.
    pub async fn picture(&self, name: &str) {
        let folder = crate::world::target().join("screenshots");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let path = folder.join(format!("{name}.png"));
        self.outside(async |driver| {
            let pane = driver.find(By::Id("pane")).await.expect("the pane is there");
            pane.screenshot(&path).await.expect("a picture can be taken");
        })
        .await;
    }

    /// What a screen reader would say of the pane: role and name, a line each.
    pub async fn spoken(&self) -> String {
        const SCRIPT: &str = "return [...document.querySelectorAll('main, header, footer, nav, section, h1, h2, h3, \
            button, a, input, select, progress, fieldset, [role]')].filter(e => e.checkVisibility()).map(e => e)";
        let found = self.browser.driver.execute(SCRIPT, Vec::<Value>::new()).await.expect("the script runs");
        let mut said = String::new();
        for element in found.elements().unwrap_or_default() {
            let role = self.browser.computed(&element, "computedrole").await;
            let name = self.browser.computed(&element, "computedlabel").await;
            let _ = writeln!(said, "{role}: {name}");
        }
        said
    }

    /// Sets the width of what is seen, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.browser.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Loads Outlook anew in the same browser, as at the start of another day.
    pub async fn reload(self, outlook: String) -> Self {
        self.browser.driver.enter_default_frame().await.expect("the page is there");
        Self::open(self.browser, outlook).await
    }

    /// Settles a choice: a radio, a tick box or a button with this text beside it or in it.
    pub async fn choose(&self, name: &str) {
        let name_literal = literal(name);
        let path = format!(
            "//label[contains(normalize-space(.), {name_literal})] | //button[contains(normalize-space(.), {name_literal})] \
             | //input[contains(@aria-label, {name_literal})]"
        );
        let choice = self.find(By::XPath(path), &format!("choice “{name}”")).await;
        press(&choice).await;
    }

    /// Presses a switch whose text begins with this word, such as a role with its count.
    pub async fn toggle(&self, word: &str) {
        let path = format!("//button[@aria-pressed][starts-with(normalize-space(.), {})]", literal(word));
        let switch = self.find(By::XPath(path), &format!("switch “{word}”")).await;
        press(&switch).await;
    }

    /// Chooses from a list by the value of an option.
    pub async fn choose_option(&self, label: &str, value: &str) {
        let field = self.field(label).await;
        let option = By::XPath(format!(".//option[@value={}]", literal(value)));
        field.scroll_into_view().await.expect("the pane scrolls");
        field.find(option).await.expect("the option is offered").click().await.expect("it can be chosen");
    }

    async fn outside<T>(&self, look: impl AsyncFnOnce(&WebDriver) -> T) -> T {
        self.browser.driver.enter_default_frame().await.expect("the page is there");
        let seen = look(&self.browser.driver).await;
        self.enter().await;
        seen
    }

    /// The categories that Outlook shows on the open message.
    pub async fn categories(&self) -> Vec<String> {
        self.outside(async |driver| {
            let chips = driver.find_all(By::Css("#categories .category")).await.expect("the page answers");
            let mut names = vec![];
            for chip in chips {
                names.push(chip.text().await.expect("a chip has text"));
            }
            names
        })
        .await
    }

    /// The bars that Outlook shows above the open message.
    pub async fn bars(&self) -> Vec<String> {
        self.outside(async |driver| {
            // In one look: bars are drawn anew while they are read.
            let texts =
                "return [...document.querySelectorAll('#notifications .notification')].map((bar) => bar.innerText)";
            let shown = driver.execute(texts, vec![]).await.expect("the page answers");
            shown.convert().expect("a bar has text")
        })
        .await
    }

    /// Opens the message at a place in the list, and says its subject.
    pub async fn open_row(&self, number: usize) {
        self.outside(async |driver| {
            let rows = driver.find_all(By::Css("#list .row")).await.expect("the page answers");
            rows[number].scroll_into_view().await.expect("the list scrolls");
            rows[number].click().await.expect("a message can be opened");
        })
        .await;
    }

    /// Takes the selection off, so that no message is open.
    pub async fn close_message(&self) {
        self.outside(async |driver| {
            driver.find(By::Css("#deselect")).await.expect("it is there").click().await.expect("it can be pressed");
        })
        .await;
    }

    /// Types to whatever has the keyboard.
    pub async fn type_keys(&self, keys: &str) {
        let focused = self.browser.driver.active_element().await.expect("something has the keyboard");
        focused.send_keys(keys).await.expect("it takes keys");
    }

    /// Goes on with Tab until this button has the keyboard.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = vec![];
        for _ in 0..60 {
            let focused = self.browser.driver.active_element().await.expect("something has the keyboard");
            let label = self.browser.computed(&focused, "computedlabel").await;
            if label == name {
                return;
            }
            passed.push(label);
            self.type_keys("\t").await;
        }
        panic!("Tab never came to “{name}”, but to {passed:?}");
    }

    /// Waits until what has the keyboard has an id that begins like this; its whole id.
    pub async fn keyboard_at(&self, beginning: &str) -> String {
        let there = async || {
            let script = "return document.activeElement?.id ?? ''";
            let id = self.browser.driver.execute(script, vec![]).await.expect("the script runs");
            let id = id.json().as_str().unwrap_or_default().to_owned();
            id.starts_with(beginning).then_some(id)
        };
        until(&format!("“{beginning}…” has the keyboard"), there).await
    }

    /// Waits until what has the keyboard says this, or begins with it.
    pub async fn keyboard_on(&self, beginning: &str) {
        let there = async || {
            let script = "return document.activeElement.textContent.trim().startsWith(arguments[0])";
            let begins = self.browser.driver.execute(script, vec![json!(beginning)]).await.expect("the script runs");
            begins.json().as_bool()?.then_some(())
        };
        until(&format!("“{beginning}” has the keyboard"), there).await;
    }

    /// Waits for something shown that this selector finds.
    pub async fn find_css(&self, selector: &str) -> WebElement {
        self.find(By::Css(selector.to_owned()), selector).await
    }
}
