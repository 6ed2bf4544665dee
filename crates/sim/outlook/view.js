// The list and the reading pane, drawn from the store.
//
// Invariant: text of a mail is only ever set as text; its HTML is shown in a frame that runs nothing.

const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const AVATARS = 6;
const shade = (text) => [...text].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % AVATARS;

function initials(person) {
  const words = (person?.name ?? "?").replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

function avatar(person) {
  return element("span", { className: `avatar avatar--${shade(person?.name ?? "")}`, ariaHidden: "true", textContent: initials(person) });
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function chip(store, name) {
  const color = store.category(name)?.color ?? "None";
  return element("span", { className: `category category--${color.toLowerCase()}`, textContent: name });
}

const day = (store, milliseconds) =>
  milliseconds ? new Intl.DateTimeFormat(store.locale, { day: "numeric", month: "short" }).format(milliseconds) : "";
const moment = (store, milliseconds) =>
  milliseconds
    ? new Intl.DateTimeFormat(store.locale, { dateStyle: "medium", timeStyle: "short" }).format(milliseconds)
    : "no date";

const listed = (mail) => mail.attachments.filter((attachment) => !attachment.isInline);
const sender = (mail) => mail.from?.name ?? "(no sender)";
const subjectOf = (mail) => mail.subject || "(no subject)";

export class ListView {
  /** @param select what is done when these mails are selected */
  constructor(store, select) {
    this.store = store;
    this.select = select;
    this.chosen = [];
    /** Where a range begins. */
    this.anchor = 0;
    this.list = byId("list");
    this.list.addEventListener("keydown", (event) => this.#key(event));
    byId("count").textContent = `${store.mails.length} messages`;
    this.rows = new Map(store.mails.map((mail) => [mail.key, this.#row(mail)]));
    this.list.replaceChildren(...this.rows.values());
    this.rows.values().next().value?.setAttribute("tabindex", "0");
    this.#refused();
  }

  /** A mail that was just sent. */
  add(mail) {
    const row = this.#row(mail);
    this.rows = new Map([[mail.key, row], ...this.rows]);
    this.list.prepend(row);
    byId("count").textContent = `${this.rows.size} messages`;
  }

  /** Redraws the chips of a row, or of all when a category's colour changed. */
  update(mail) {
    for (const changed of mail ? [mail] : this.store.mails) {
      const chips = this.store.of(changed).categories.map((name) => chip(this.store, name));
      this.rows.get(changed.key).querySelector(".row-categories").replaceChildren(...chips);
    }
  }

  mark(selected) {
    this.chosen = selected;
    const keys = new Set(selected.map((mail) => mail.key));
    const [first] = keys;
    for (const [key, row] of this.rows) {
      row.setAttribute("aria-selected", String(keys.has(key)));
      if (first) row.tabIndex = key === first ? 0 : -1;
    }
    if (selected.length === 1) this.anchor = this.store.mails.indexOf(selected[0]);
  }

  /** As in every list of mails: Ctrl adds or takes away, Shift selects a range, neither selects one alone. */
  #choose(at, { ctrlKey, metaKey, shiftKey }) {
    const { mails } = this.store;
    if (shiftKey) {
      const [from, to] = [Math.min(at, this.anchor), Math.max(at, this.anchor)];
      return this.select(mails.slice(from, to + 1));
    }
    this.anchor = at;
    if (!ctrlKey && !metaKey) return this.select([mails[at]]);
    const chosen = new Set(this.chosen);
    if (!chosen.delete(mails[at])) chosen.add(mails[at]);
    this.select(mails.filter((mail) => chosen.has(mail)));
  }

  #row(mail) {
    const sign = listed(mail).length > 0 ? element("span", { className: "clip", title: "Has attachments" }) : "";
    if (sign) {
      sign.role = "img";
      sign.ariaLabel = "Has attachments";
    }
    const row = element(
      "li",
      { className: "row", role: "option", tabIndex: -1 },
      avatar(mail.from),
      element(
        "div",
        { className: "row-text" },
        element("div", { className: "row-line" }, element("span", { className: "row-sender", textContent: sender(mail) }), mail.sent ? element("span", { className: "muted", textContent: "Sent" }) : "", sign),
        element(
          "div",
          { className: "row-line" },
          element("span", { className: "row-subject", textContent: subjectOf(mail) }),
          element("time", { className: "row-time", textContent: day(this.store, mail.dateTimeSent) }),
        ),
        element("div", { className: "row-preview", textContent: mail.preview || "No preview" }),
        element("div", { className: "row-categories" }, ...this.store.of(mail).categories.map((name) => chip(this.store, name))),
      ),
    );
    row.dataset.key = mail.key;
    row.setAttribute("aria-selected", "false");
    row.addEventListener("click", (event) => this.#choose(this.store.mails.indexOf(mail), event));
    return row;
  }

  #key(event) {
    const rows = [...this.rows.values()];
    const at = rows.indexOf(document.activeElement);
    const all = event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, Enter: at, " ": at }[event.key];
    const row = rows[next];
    if (!row && !all) return;
    event.preventDefault();
    if (all) return this.select([...this.store.mails]);
    row.focus();
    this.#choose(next, event);
  }

  #refused() {
    const { refused } = this.store;
    if (refused.length === 0) return;
    const box = byId("refused");
    box.hidden = false;
    box.querySelector("summary").textContent = `${refused.length} files are no mails`;
    const lines = refused.map(({ name, reason }) => element("li", { textContent: `${name}: ${reason}` }));
    box.querySelector("ul").replaceChildren(...lines);
  }
}

const MOST_PEOPLE = 12;

function people(label, persons) {
  if (persons.length === 0) return "";
  const names = persons.slice(0, MOST_PEOPLE).map(({ name, address }) => (name === address ? name : `${name} <${address}>`));
  const more = persons.length > MOST_PEOPLE ? ` and ${persons.length - MOST_PEOPLE} more` : "";
  return `${label}: ${names.join("; ")}${more}`;
}

export class ReadingView {
  constructor(store) {
    this.store = store;
  }

  /** Shows a mail, or how many are selected. */
  show(mail, count = 1) {
    byId("empty").hidden = mail !== null;
    byId("empty-title").textContent = count > 1 ? `${count} items are selected` : "Select an item to read";
    byId("empty-text").textContent = count > 1 ? "" : "Nothing is selected";
    byId("mail").hidden = mail === null;
    byId("deselect").disabled = mail === null && count === 0;
    byId("body").src = mail ? this.store.viewPath(mail) : "about:blank";
    if (!mail) return;
    byId("subject").textContent = subjectOf(mail);
    const { from } = mail;
    const face = avatar(from);
    face.id = "initials";
    byId("initials").replaceWith(face);
    byId("from").textContent = from && from.name !== from.address ? `${from.name} <${from.address}>` : (from?.name ?? "(no sender)");
    byId("to").textContent = people("To", mail.to);
    byId("cc").textContent = people("Cc", mail.cc);
    byId("sent").textContent = moment(this.store, mail.dateTimeSent);
    this.#meeting(mail);
    this.#attachments(mail);
    this.update(mail);
  }

  update(mail) {
    const { categories, notifications } = this.store.of(mail);
    byId("categories").replaceChildren(...categories.map((name) => chip(this.store, name)));
    const bars = notifications.map(({ type, message }) =>
      element("p", { className: `notification notification--${type}`, textContent: message }),
    );
    byId("notifications").replaceChildren(...bars);
  }

  #meeting(mail) {
    const line = byId("meeting");
    line.hidden = !mail.start;
    if (!mail.start) return;
    const until = mail.end ? ` – ${moment(this.store, mail.end)}` : "";
    line.textContent = `Meeting: ${moment(this.store, mail.start)}${until}${mail.location ? `, ${mail.location}` : ""}`;
  }

  #attachments(mail) {
    const cards = mail.attachments.flatMap((attachment, index) => {
      if (attachment.isInline) return [];
      const link = element(
        "a",
        { className: "attachment", href: this.store.filePath(mail, index), download: attachment.name },
        element("span", { className: "attachment-kind", ariaHidden: "true", textContent: kindOf(attachment) }),
        element("span", { className: "attachment-name", textContent: attachment.name }),
        element("span", { className: "muted", textContent: attachment.url ? "link" : size(attachment.size) }),
      );
      return [element("li", {}, link)];
    });
    byId("attachments").replaceChildren(...cards);
  }
}

function kindOf({ attachmentType, name }) {
  if (attachmentType === 1) return "MSG";
  if (attachmentType === 2) return "URL";
  const extension = name.includes(".") ? name.split(".").pop() : "";
  return (extension || "FILE").slice(0, 4).toUpperCase();
}
