//! The page: `crates/taskpane/index.html` with the built parts put in.
//!
//! The page in the checkout is Trunk's; what Trunk needs stands between two
//! marks, and the built parts take its place.

use anyhow::{Context, Result, bail};

use super::Assets;

const FROM: &str = "<!-- trunk: replaced by cargo xtask pane -->";
const TO: &str = "<!-- /trunk -->";

/// Replaces what stands between the marks by the built parts.
pub(super) fn fill(html: &str, assets: &Assets) -> Result<String> {
    let (before, rest) = html.split_once(FROM).context("index.html has no mark where the built parts begin")?;
    let (_, after) = rest.split_once(TO).context("index.html has no mark where the built parts end")?;
    let page = format!("{}\n{}{}", before.trim_end(), head(assets), after.trim_start());
    refuse_inline_script(&page)?;
    Ok(page)
}

fn head(assets: &Assets) -> String {
    let Assets { style, boot, script, loader, wasm } = assets;
    format!(
        concat!(
            "<link rel=\"stylesheet\" href=\"/{}\" integrity=\"{}\">\n",
            "<link rel=\"modulepreload\" href=\"/{}\" integrity=\"{}\">\n",
            "<link rel=\"modulepreload\" href=\"/{}\" integrity=\"{}\">\n",
            "<script type=\"module\" src=\"/{}\" integrity=\"{}\" data-js=\"/{}\" data-wasm=\"/{}\" ",
            "data-wasm-integrity=\"{}\"></script>\n",
        ),
        style.path,
        style.integrity,
        script.path,
        script.integrity,
        loader.path,
        loader.integrity,
        boot.path,
        boot.integrity,
        script.path,
        wasm.path,
        wasm.integrity,
    )
}

/// The server's policy would block it, at the user's; here it is a sentence.
fn refuse_inline_script(page: &str) -> Result<()> {
    for tag in page.split("<script").skip(1) {
        let attributes = tag.split('>').next().unwrap_or_default();
        if !attributes.contains(" src=") {
            bail!("index.html has an inline script");
        }
    }
    if page.contains(" style=\"") || page.contains("<style") {
        bail!("index.html has an inline style");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Asset, Assets};
    use super::{FROM, TO, fill};

    fn asset(path: &str) -> Asset {
        Asset { path: format!("assets/{path}"), integrity: format!("sha384-{path}") }
    }

    fn assets() -> Assets {
        Assets {
            style: asset("s.css"),
            boot: asset("b.js"),
            script: asset("p.js"),
            loader: asset("l.js"),
            wasm: asset("p.wasm"),
        }
    }

    #[test]
    fn the_built_parts_take_the_place_of_trunks() {
        let page = fill(&format!("<head>{FROM}<link data-trunk>{TO}</head>"), &assets()).unwrap();
        assert!(!page.contains("data-trunk"), "{page}");
        assert!(page.contains("<script type=\"module\" src=\"/assets/b.js\" integrity=\"sha384-b.js\""), "{page}");
        assert!(page.contains("data-wasm=\"/assets/p.wasm\" data-wasm-integrity=\"sha384-p.wasm\""), "{page}");
    }

    #[test]
    fn a_page_without_marks_is_refused() {
        assert!(fill("<head></head>", &assets()).is_err());
    }

    #[test]
    fn inline_script_and_inline_style_are_refused() {
        for inline in ["<script>alert(1)</script>", "<p style=\"x\">", "<style>p{}</style>"] {
            assert!(fill(&format!("{FROM}{TO}{inline}"), &assets()).is_err(), "{inline}");
        }
    }
}
