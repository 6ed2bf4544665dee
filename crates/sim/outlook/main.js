// Starts the page: mailbox on the left, message in the middle, add-in on the right.
//
// Invariant: the address alone decides how it starts (`?mail=<key>`, `?theme=dark`, `?pane=open`,
// `?popups=blocked`, `?compose=html`); tests reach the rest through `window.outlookSim`.

import { Draft } from "./draft.js";
import { Pane } from "./pane.js";
import { Store } from "./store.js";
import { ListView, ReadingView } from "./view.js";

const byId = (id) => document.getElementById(id);
const wishes = new URLSearchParams(window.location.search);

class Page {
  constructor(store) {
    this.store = store;
    this.mail = null;
    this.draft = null;
    this.shared = null;
    this.calls = [];
    this.commands = [];
    this.faults = { attachments: new Map(), methods: new Map(), body: null, bodyDelay: 0 };
    this.pane = new Pane(store, this, this.faults, this.calls);
    this.reading = new ReadingView(store);
    this.list = new ListView(store, (mail) => this.select(mail));
    this.pinned = true;
    this.windows = wishes.get("popups") !== "blocked";
    store.addEventListener("change", ({ detail }) => {
      this.list.update(detail);
      if (this.mail && (detail === null || detail === this.mail)) this.reading.update(this.mail);
    });
    byId("deselect").onclick = () => this.select(null);
    byId("compose").onclick = () => this.compose("html");
    byId("discard").onclick = () => this.select(null);
    byId("draft").onsubmit = () => false;
    byId("toggle").onclick = () => (this.pane.isOpen ? this.closePane() : this.openPane());
    byId("close").onclick = () => this.closePane();
    byId("pin").onclick = () => this.pin(!this.pinned);
    byId("theme").onclick = () => this.setTheme(this.theme === "dark" ? "light" : "dark");
    byId("user").textContent = store.user.displayName;
    byId("user").title = store.user.emailAddress;
    document.documentElement.lang = store.locale;
  }

  /** Shows a mail, or none; a pinned pane hears of it, any other closes. */
  select(mail) {
    if (mail === this.mail && !this.draft) return;
    const wasWriting = this.#leaveDraft();
    this.mail = mail;
    this.list.mark(mail);
    this.reading.show(mail);
    if (wasWriting) this.#reopenPane();
    else if (this.pinned) this.pane.itemChanged();
    else this.closePane();
  }

  /** Begins a message. Panes for reading and for writing are two (office-js.md §3): one closes, the other opens. */
  compose(format) {
    this.#leaveDraft();
    this.mail = null;
    this.list.mark(null);
    this.reading.show(null);
    this.draft = new Draft(format);
    this.#showDraft();
    byId("draft-title").focus();
    this.#reopenPane();
  }

  #leaveDraft() {
    const wasWriting = this.draft !== null;
    this.draft?.close();
    this.draft = null;
    this.#showDraft();
    return wasWriting;
  }

  #showDraft() {
    const writing = this.draft !== null;
    byId("draft").hidden = !writing;
    byId("discard").hidden = !writing;
    byId("deselect").hidden = writing;
    if (writing) byId("empty").hidden = true;
  }

  #reopenPane() {
    if (!this.pane.isOpen) return;
    this.closePane();
    this.openPane();
  }

  openPane() {
    if (this.pane.isOpen) return;
    byId("pane").hidden = false;
    byId("toggle").setAttribute("aria-expanded", "true");
    this.pane.open(byId("pane-body"), this.theme);
  }

  closePane() {
    this.pane.close();
    byId("pane").hidden = true;
    byId("toggle").setAttribute("aria-expanded", "false");
  }

  pin(pinned) {
    this.pinned = pinned;
    byId("pin").setAttribute("aria-pressed", String(pinned));
  }

  setTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
    this.pane.setTheme(theme);
  }

  say(text) {
    byId("said").textContent = text;
  }

  leavePane() {
    byId("close").focus();
  }

  paneStarted() {
    byId("pane").dataset.started = "true";
  }

  messageDialog(data) {
    return this.pane.messageDialog(data);
  }

  commandCompleted(data) {
    this.commands.push(data);
  }
}

/** What tests may do that a person cannot. */
function controls(page) {
  const { faults, store } = page;
  return {
    select: (key) => page.select(key === null ? null : store.mail(key)),
    compose: (format) => page.compose(format ?? "html"),
    draft: () => page.draft?.state() ?? null,
    openPane: () => page.openPane(),
    closePane: () => page.closePane(),
    pin: (pinned) => page.pin(pinned),
    theme: (theme) => page.setTheme(theme),
    command: (name) => page.pane.command(name),
    /** Plays a folder shared by this address; null ends it. Counts from the next selection. */
    shared: (owner) => (page.shared = owner),
    attachmentFault: (name, fault) => (fault ? faults.attachments.set(name, fault) : faults.attachments.delete(name)),
    bodyFault: (fault) => (faults.body = fault),
    bodyDelay: (milliseconds) => (faults.bodyDelay = milliseconds),
    methodFault: (number, fault) => (fault ? faults.methods.set(number, fault) : faults.methods.delete(number)),
    state: () => store.state,
    calls: () => [...page.calls],
    commands: () => [...page.commands],
    follows: () => page.pane.follows,
  };
}

const store = await Store.load();
const page = new Page(store);
window.outlookSim = controls(page);
page.setTheme(wishes.get("theme") ?? store.theme);
const wished = wishes.has("mail") ? store.mail(wishes.get("mail")) : store.mails[0];
if (wishes.has("compose")) page.compose(wishes.get("compose"));
else if (wished) page.select(wished);
else page.reading.show(null);
if (wishes.get("pane") !== "closed") page.openPane();
document.documentElement.dataset.ready = "true";
