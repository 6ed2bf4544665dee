//! How a person has the pane look, for pictures of it.

use crate::pane::Pane;
use crate::world::World;
use serde_json::json;
use std::fmt;

/// A way of looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Outlook's light theme.
    Light,
    /// Outlook's dark theme.
    Dark,
    /// The same in one of Windows' contrast themes.
    Contrast,
}

impl Look {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Contrast];

    const fn scheme(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark | Self::Contrast => "dark",
        }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        })
    }
}

impl World {
    /// Opens Outlook and the pane in this look, the window so high, nobody signed in.
    pub async fn pane_in(&self, look: Look, height: u32) -> Pane {
        let browser = self.one_process_browser().await;
        let scheme = look.scheme();
        let forced = if look == Look::Contrast { "active" } else { "none" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
        ]);
        browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        let pane = Pane::open(browser, format!("{}?theme={scheme}", self.outlook.url())).await;
        pane.resize(1280, height).await;
        pane
    }
}

impl Pane {
    /// Everything is within the pane's 320 pixels.
    pub async fn fits(&self) {
        let width = self.browser.driver.execute("return document.documentElement.scrollWidth", vec![]).await;
        let width = width.expect("the script runs").json().as_u64().expect("a width");
        assert!(width <= 320, "the pane must not scroll sideways, and is {width} pixels wide");
    }
}
