//! What is really displayed: not what stands in the page hidden, or for screen readers alone.

use crate::pane::Pane;
use crate::until::{found_in_time, until};
use serde_json::Value;

/// The text that is displayed, blocks parted by a space. A part that is clipped away is spoken and not seen; of a list
/// to choose from one sees what is chosen.
const DISPLAYED: &str = "
    const clipped = (element, style) => {
      const box = element.getBoundingClientRect();
      return style.clipPath === 'inset(50%)' || style.overflow !== 'visible' && (box.width <= 1 || box.height <= 1);
    };
    const said = node => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeType !== Node.ELEMENT_NODE || node.localName === 'textarea') return '';
      if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return '';
      const style = getComputedStyle(node);
      if (clipped(node, style)) return '';
      const text = node.localName === 'select'
        ? Array.from(node.selectedOptions, option => option.text).join(' ')
        : Array.from(node.childNodes, said).join('');
      return style.display.startsWith('inline') || style.display === 'contents' ? text : ` ${text} `;
    };
    return said(document.body).replace(/\\s+/g, ' ').trim();";

impl Pane {
    /// Everything that is displayed, on one line; nothing while the page changes under the look.
    pub async fn displayed(&self) -> Option<String> {
        let said = self.browser.driver.execute(DISPLAYED, Vec::<Value>::new()).await.ok()?;
        said.json().as_str().map(str::to_owned)
    }

    /// Waits until this text is displayed.
    pub async fn sees(&self, text: &str) {
        self.sees_one_of(&[text]).await;
    }

    /// Waits until one of these texts is displayed, and answers the first of them that is.
    pub async fn sees_one_of<'a>(&self, texts: &[&'a str]) -> &'a str {
        let there = async || {
            let said = self.displayed().await?;
            texts.iter().copied().find(|text| said.contains(text))
        };
        let Some(seen) = found_in_time(there).await else {
            panic!("no text of {texts:?}; the page says:\n{}", self.displayed().await.unwrap_or_default())
        };
        seen
    }

    /// Waits until this text is not displayed any more.
    pub async fn no_longer_sees(&self, text: &str) {
        let gone = async || self.displayed().await.filter(|said| !said.contains(text)).map(drop);
        until(&format!("“{text}” goes"), gone).await;
    }
}
