// Starts the pane. The page paints without this file and without the wasm.
//
// What the wasm may rely on, set before it runs:
//   window.officeLoaded     Promise<boolean>: whether Microsoft's library arrived.
//                           When true, Office.onReady() has been called.
//   window.itemsFollowed    Promise, settled once Outlook tells of every other message that
//                           is opened, or never will. Until then it keeps that to itself, and
//                           the library stays at the message it found when it started.
//   window.bootstrapAnswer  Promise<Response> of GET /api/bootstrap, asked for at
//                           once so that it is under way while the wasm compiles.
//                           Its body can be read once; rejected when the network failed.
// The wasm removes #shell when it has drawn something in its place.

const here = document.querySelector("script[data-wasm]");
const { js, wasm, wasmIntegrity } = here.dataset;

const module = fetch(wasm, wasmIntegrity ? { integrity: wasmIntegrity } : {});
window.bootstrapAnswer = fetch("/api/bootstrap", { headers: { "x-addin": "1" }, cache: "no-store" });
// Whoever awaits them later sees a failure all the same.
module.catch(() => {});
window.bootstrapAnswer.catch(() => {});

window.officeLoaded = new Promise((settle) => {
  const tag = document.getElementById("office-js");
  const look = () => settle(Boolean(window.Office));
  if (window.Office || document.readyState === "complete") {
    look();
    return;
  }
  tag.addEventListener("load", look);
  tag.addEventListener("error", () => settle(false));
  // The tag may have failed before this file ran; the page's own load event
  // waits for it either way.
  window.addEventListener("load", look);
}).then((loaded) => {
  if (loaded) {
    giveHistoryBack();
    window.Office.onReady(giveHistoryBack);
  }
  return loaded;
});

// The library hears what Outlook tells; the wasm reads it there, and listens too once it runs.
window.itemsFollowed = window.officeLoaded
  .then((loaded) => loaded && window.Office.onReady())
  .then(() => new Promise((settle) => {
    window.Office.context.mailbox.addHandlerAsync("olkItemSelectedChanged", () => {}, settle);
  }));
// Without Outlook, or in one that tells nothing, there is nothing to follow.
window.itemsFollowed.catch(() => {});

// office.js hides both behind null; deleting its own properties shows the
// browser's again.
function giveHistoryBack() {
  delete history.pushState;
  delete history.replaceState;
}

function fail(problem) {
  console.error(problem);
  const shell = document.getElementById("shell");
  if (!shell) {
    return;
  }
  shell.setAttribute("aria-busy", "false");
  shell.classList.add("shell-failed");
  document.getElementById("shell-message").textContent =
    "The pane could not start. Check the connection, then reload it.";
  const button = document.getElementById("shell-reload");
  button.hidden = false;
  button.addEventListener("click", () => location.reload());
}

try {
  const { default: start } = await import(js);
  await start({ module_or_path: module });
} catch (problem) {
  fail(problem);
}
