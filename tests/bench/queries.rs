//! What a query of a hundred thousand rows costs the pane: read through in pages, then taken down as a file.

use crate::report::Report;
use serde_json::{Value, json};
use std::time::Duration;
use tests::Pane;
use tests::world::{PASSWORD, World};

pub(crate) const NAMES: [&str; 2] = ["pages_pane_memory_mib", "export_pane_memory_mib"];

const PAGES: u32 = 60;
/// How often the memory is looked at while the file comes.
const BETWEEN: Duration = Duration::from_millis(400);

/// Keeps hold of the wasm's memory, to ask its size. The parts that are fetched later share it.
const NOTE_MEMORY: &str = "for (const name of ['instantiateStreaming', 'instantiate']) { \
    const real = WebAssembly[name]; \
    WebAssembly[name] = async (...given) => { const made = await real.apply(WebAssembly, given); \
    window.wasmMemory ??= (made.instance ?? made).exports.memory; return made; }; }";

/// The memory that lives, after what is dead was collected, in MiB; more than before is what counts.
async fn living(pane: &Pane) -> f64 {
    pane.browser.devtools("HeapProfiler.collectGarbage", json!({})).await;
    let heap = pane.browser.devtools("Runtime.getHeapUsage", json!({})).await;
    let part = |name: &str| heap[name].as_f64().unwrap_or_default();
    let script = "return window.wasmMemory ? window.wasmMemory.buffer.byteLength : -1";
    let wasm = pane.browser.driver.execute(script, Vec::<Value>::new()).await.expect("the script runs");
    let wasm = wasm.json().as_f64().filter(|bytes| *bytes > 0.0).expect("the wasm's memory was noted");
    let bytes = part("usedSize") + part("embedderHeapUsedSize") + part("backingStorageSize") + wasm;
    bytes / 1024.0 / 1024.0
}

/// Reads pages, exports, and looks at the memory all the while. Outlook's page is in the same process; it does
/// nothing meanwhile.
pub(crate) async fn memory(report: &mut Report) {
    let world = World::start().await;
    let browser = world.one_process_browser().await;
    browser.devtools("Page.enable", json!({})).await;
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NOTE_MEMORY })).await;
    let folder = world.data().join("downloads");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let order = json!({ "behavior": "allow", "downloadPath": folder.to_string_lossy() });
    browser.devtools("Browser.setDownloadBehavior", order).await;
    let pane = Pane::open(browser, world.outlook.url()).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.press("Queries").await;
    pane.fill("Find a query by name", "Everybody").await;
    pane.sees("query found").await;
    pane.choose("Everybody there is").await;
    pane.headed("Rows 1–100 of 100,000").await;
    let before = living(&pane).await;

    let mut most: f64 = 0.0;
    for page in 1..=PAGES {
        pane.press("Next").await;
        pane.headed(&format!("Rows {}–{} of 100,000", told(page * 100 + 1), told(page * 100 + 100))).await;
        if page % 20 == 0 {
            most = most.max(living(&pane).await - before);
        }
    }
    report.at_most(NAMES[0], most, "MiB", 16.0);

    pane.press("Export CSV").await;
    let mut most: f64 = 0.0;
    while !pane.text().await.contains("is among your downloads") {
        most = most.max(living(&pane).await - before);
        tokio::time::sleep(BETWEEN).await;
    }
    most = most.max(living(&pane).await - before);
    report.at_most(NAMES[1], most, "MiB", 16.0);
}

/// A number as an English reader has it.
fn told(number: u32) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}
