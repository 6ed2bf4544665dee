// Starts the page: mailbox on the left, message in the middle, add-in on the right.
//
// Invariant: the address alone decides how it starts (`?mail=<key>`, `?theme=dark`, `?pane=open`,
// `?popups=blocked`, `?compose=html`, `?mailbox=1.5`); tests reach the rest through `window.outlookSim`.

import { Draft } from "./draft.js";
import { Pane } from "./pane.js";
import { Handler } from "./sending.js";
import { Store } from "./store.js";
import { ListView, ReadingView } from "./view.js";

const byId = (id) => document.getElementById(id);
/** The set that brought send handlers: 1.12. */
const SEND_HANDLERS = 12;
const wishes = new URLSearchParams(window.location.search);

class Page {
  constructor(store) {
    this.store = store;
    this.mail = null;
    /** The selected mails in the list's order; only one of them is open. */
    this.selected = [];
    /** The mail that the add-in reads beside the open one, and how many it has read so. */
    this.loaded = null;
    this.loads = 0;
    this.draft = null;
    this.shared = null;
    /** The newest of the mailbox's requirement sets: 15 for 1.15. */
    this.mailbox = Number((wishes.get("mailbox") ?? "1.15").split(".")[1]);
    this.calls = [];
    this.commands = [];
    this.faults = { attachments: new Map(), methods: new Map(), loads: new Map(), body: null, bodyDelay: 0 };
    this.pane = new Pane(store, this, this.faults, this.calls);
    this.reading = new ReadingView(store);
    this.list = new ListView(store, (mails) => this.selectAll(mails));
    this.pinned = true;
    this.windows = wishes.get("popups") !== "blocked";
    this.sending = null;
    this.sends = [];
    store.addEventListener("change", ({ detail }) => {
      this.list.update(detail);
      if (this.mail && (detail === null || detail === this.mail)) this.reading.update(this.mail);
    });
    byId("deselect").onclick = () => this.select(null);
    byId("compose").onclick = () => this.compose("html");
    byId("discard").onclick = () => this.select(null);
    byId("send").onclick = () => this.send();
    byId("draft").onsubmit = () => false;
    byId("toggle").onclick = () => (this.pane.isOpen ? this.closePane() : this.openPane());
    byId("close").onclick = () => this.closePane();
    byId("pin").onclick = () => this.pin(!this.pinned);
    byId("theme").onclick = () => this.setTheme(this.theme === "dark" ? "light" : "dark");
    byId("user").textContent = store.user.displayName;
    byId("user").title = store.user.emailAddress;
    document.documentElement.lang = store.locale;
  }

  /** Shows a mail, or none. */
  select(mail) {
    this.selectAll(mail ? [mail] : []);
  }

  /** Selects these mails, of which one alone is shown; a pinned pane hears of it, any other closes. */
  selectAll(mails) {
    const mail = mails.length === 1 ? mails[0] : null;
    const others = mails.length !== this.selected.length || mails.some((one, place) => one !== this.selected[place]);
    if ((!others && !this.draft) || this.sending) return;
    const wasWriting = this.#leaveDraft();
    const opened = mail !== this.mail;
    this.selected = mails;
    if (this.mail && opened) void this.store.leave(this.mail);
    this.mail = mail;
    this.list.mark(mails);
    this.reading.show(mail, mails.length);
    if (wasWriting) this.#reopenPane();
    else if (!this.pinned) this.closePane();
    else {
      if (opened) this.pane.itemChanged();
      this.pane.selectionChanged();
    }
  }

  /** Loads a mail beside the open one, or lets it go. */
  load(mail) {
    this.loaded = mail;
    if (mail) this.loads += 1;
  }

  /** Begins a message. Panes for reading and for writing are two (office-js.md §3): one closes, the other opens. */
  compose(format) {
    if (this.sending) return;
    this.#leaveDraft();
    this.mail = null;
    this.selected = [];
    this.list.mark([]);
    this.reading.show(null, 0);
    this.draft = new Draft(format, (field) => this.#recipientsChanged(field));
    this.#showDraft();
    byId("draft-title").focus();
    this.#reopenPane();
  }

  #recipientsChanged(field) {
    const changed = { to: false, cc: false, bcc: false, [field]: true };
    this.pane.draftChanged("olkRecipientsChanged", { changedRecipientFields: changed });
  }

  /** Sends the message being written, as the add-in's handler lets it. */
  async send() {
    const { draft } = this;
    if (!draft || this.sending) return;
    this.sending = draft;
    byId("send").disabled = true;
    const answer = await this.#askHandler(draft);
    const mail = answer.allowEvent ? await this.store.send(draft.message()) : null;
    this.sending = null;
    byId("send").disabled = false;
    this.sends.push({ ...answer, key: mail?.key ?? null });
    if (!mail) return this.say(answer.errorMessage || "The message was not sent.");
    this.list.add(mail);
    // Who writes goes on writing nothing; the pane of the message closes with it.
    this.select(null);
  }

  #askHandler(draft) {
    const { store } = this;
    if (!store.launch || this.mailbox < SEND_HANDLERS) return { allowEvent: true, took: null };
    return new Handler(store, this, draft, this.faults, this.calls, () => this.#askPerson()).run();
  }

  #askPerson() {
    const question = byId("send-question");
    question.hidden = false;
    return new Promise((resolve) => {
      const answer = (send) => () => {
        question.hidden = true;
        resolve(send);
      };
      byId("send-anyway").onclick = answer(true);
      byId("send-not").onclick = answer(false);
      byId("send-anyway").focus();
    });
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
    byId("send").hidden = !writing;
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
    selected: () => page.selected.map((mail) => mail.key),
    loaded: () => page.loaded?.key ?? null,
    loads: () => page.loads,
    compose: (format) => page.compose(format ?? "html"),
    draft: () => page.draft?.state() ?? null,
    /** Puts people into a field of the draft, as a person types them. */
    address: (field, people) => page.draft.add(field, people),
    subject: (text) => (page.draft.subject = text),
    text: (text) => (page.draft.body = text),
    attach: (name, contentType, content) => page.draft.attach(name, contentType, content),
    send: () => page.send(),
    /** What became of each sending: whether it was let go, after how long, and what lies in Sent Items. */
    sends: () => [...page.sends],
    /** Whether Outlook gives the headers of what was sent from here. */
    sentHeaders: (given) => (store.givesSentHeaders = given),
    mails: () => store.mails.map(({ key, subject, internetMessageId, sent }) => ({ key, subject, internetMessageId, sent })),
    openPane: () => page.openPane(),
    closePane: () => page.closePane(),
    pin: (pinned) => page.pin(pinned),
    theme: (theme) => page.setTheme(theme),
    command: (name) => page.pane.command(name),
    /** Plays a folder shared by this address; null ends it. Counts from the next selection. */
    shared: (owner) => (page.shared = owner),
    attachmentFault: (name, fault) => (fault ? faults.attachments.set(name, fault) : faults.attachments.delete(name)),
    loadFault: (key, fault) => (fault ? faults.loads.set(key, fault) : faults.loads.delete(key)),
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
else page.reading.show(null, 0);
if (wishes.get("pane") !== "closed") page.openPane();
document.documentElement.dataset.ready = "true";
