//! Outlook's colours, where it tells them.

use crate::error::{OfficeError, Operation};
use crate::event::{self, EventKind, Subscription};
use crate::sys;

/// A colour as Outlook writes it: `#` and six hexadecimal digits, checked, so that it may stand in a style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colour(String);

impl Colour {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let fits = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// `#rrggbb`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Light from 0 to 255, weighed as the eye does.
    fn lightness(&self) -> u32 {
        let channel = |at: usize| u32::from_str_radix(self.0.get(at..at + 2).unwrap_or("0"), 16).unwrap_or(0);
        (channel(1) * 299 + channel(3) * 587 + channel(5) * 114) / 1000
    }
}

/// Which of two palettes goes with a ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shade {
    /// Dark words on a light ground.
    Light,
    /// Light words on a dark ground.
    Dark,
}

/// Outlook's theme: the four colours it tells, and what they amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The pane's ground.
    pub background: Colour,
    /// Words on that ground.
    pub foreground: Option<Colour>,
    /// The ground of controls.
    pub control_background: Option<Colour>,
    /// Words on controls.
    pub control_foreground: Option<Colour>,
    /// Guessed from the ground.
    pub shade: Shade,
}

/// The theme now; none where Outlook does not tell (the browser's `prefers-color-scheme` decides then).
pub fn current() -> Option<Theme> {
    let context = sys::context()?;
    let office = sys::field(&context, "officeTheme");
    let colour = |name| sys::text(&office, name).and_then(|text| Colour::parse(&text));
    let background = colour("bodyBackgroundColor")?;
    let shade = if background.lightness() < 128 { Shade::Dark } else { Shade::Light };
    Some(Theme {
        background,
        foreground: colour("bodyForegroundColor"),
        control_background: colour("controlBackgroundColor"),
        control_foreground: colour("controlForegroundColor"),
        shade,
    })
}

/// Calls `handler` with the new theme whenever it changes (Mailbox 1.14), until the guard is dropped.
pub async fn on_changed(mut handler: impl FnMut(Option<Theme>) + 'static) -> Result<Subscription, OfficeError> {
    event::subscribe(Operation::Subscribe, EventKind::Theme, move || handler(current())).await
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn only_six_digit_colours_are_taken() {
        assert!(Colour::parse("#1F1f1F").is_some());
        assert!(Colour::parse("#fff").is_none());
        assert!(Colour::parse("#12345g").is_none());
        assert!(Colour::parse("red;x:y").is_none());
    }

    #[test]
    fn a_dark_ground_is_told_from_a_light_one() {
        let lightness = |text| Colour::parse(text).expect("six digits").lightness();
        assert!(lightness("#292929") < 128);
        assert!(lightness("#fafafa") >= 128);
        assert_eq!(lightness("#ffffff"), 255);
    }
}
