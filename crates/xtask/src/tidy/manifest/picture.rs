//! Icons as the manifest names them and as they lie in `static/icons`.

use super::Icon;

/// What is wrong with the icon at that address, if anything.
pub(super) fn fault(address: &str, size: u32, icons: &[Icon]) -> Option<String> {
    let Some((_, name)) = address.split_once("/icons/") else {
        return Some(format!("icon `{address}` is not below /icons"));
    };
    let Some((_, content)) = icons.iter().find(|(known, _)| known == name) else {
        return Some(format!("icon `{name}` is not in static/icons"));
    };
    match dimensions(content) {
        Some((width, height)) if (width, height) == (size, size) => None,
        Some((width, height)) => {
            Some(format!("icon `{name}` is {width} × {height} pixels where {size} × {size} are needed"))
        }
        None => Some(format!("icon `{name}` is not a PNG file")),
    }
}

/// Width and height from the first chunk of a PNG file (PNG §11.2.2).
fn dimensions(content: &[u8]) -> Option<(u32, u32)> {
    let rest = content.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let header = rest.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some((number(0)?, number(4)?))
}
