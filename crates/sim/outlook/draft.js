// A message being written: its fields and its body, for the person and for the add-in alike.
//
// Invariant: what the fields show is what `state` tells; HTML that is put in can run nothing, since the
// page's policy forbids it and scripts are taken out.

import { element } from "./view.js";

const byId = (id) => document.getElementById(id);

export const FIELDS = ["to", "cc", "bcc"];
/** As the library names them for Outlook on the web. */
export const MOST_IN_FIELD = 500;
export const MOST_AT_ONCE = 100;
const MOST_SHOWN = 8;
const EXTERNAL_USER = 3;
const FILE = 0;

function person(text) {
  const named = /^\s*(.*?)\s*<([^<>\s]+@[^<>\s]+)>\s*$/.exec(text);
  if (named) return { name: named[1] || named[2], address: named[2] };
  const address = text.trim();
  return address.includes("@") ? { name: address, address } : null;
}

export class Draft {
  /**
   * @param format "html" or "text": how the body is written
   * @param changed called with the field whose people changed
   */
  constructor(format, changed) {
    this.format = format;
    this.changed = changed;
    this.headers = {};
    this.sessionData = {};
    this.attachments = [];
    this.people = { to: [], cc: [], bcc: [] };
    this.range = null;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    for (const field of FIELDS) {
      const input = byId(`draft-${field}`);
      input.value = "";
      input.addEventListener("change", () => this.#typed(field, input), { signal });
      this.#show(field);
    }
    byId("draft-file").value = "";
    byId("draft-file").addEventListener("change", ({ target }) => this.#attachFiles([...target.files]), { signal });
    this.#showAttachments();
    byId("draft-subject").value = "";
    byId("draft-body").replaceChildren();
    byId("draft-text").value = "";
    byId("draft-body").hidden = format !== "html";
    byId("draft-text").hidden = format !== "text";
    document.addEventListener("selectionchange", () => this.#note(), { signal });
  }

  /** Nothing of it is listened to any more. */
  close() {
    this.listeners.abort();
  }

  get body() {
    return this.format === "html" ? byId("draft-body").innerHTML : byId("draft-text").value;
  }

  set body(text) {
    if (this.format === "text") byId("draft-text").value = text;
    else byId("draft-body").replaceChildren(fragment(text));
    this.range = null;
  }

  get bodyAsText() {
    return this.format === "html" ? byId("draft-body").innerText : byId("draft-text").value;
  }

  get subject() {
    return byId("draft-subject").value;
  }

  set subject(text) {
    byId("draft-subject").value = text;
  }

  /** Whether they fit. */
  add(field, people) {
    return this.set(field, [...this.people[field], ...people]);
  }

  set(field, people) {
    if (people.length > MOST_IN_FIELD) return false;
    this.people[field] = people.map(({ name, address }) => ({ name: name || address, address, recipientType: EXTERNAL_USER }));
    this.#show(field);
    this.changed(field);
    return true;
  }

  /** @param content as base64 */
  attach(name, contentType, content) {
    const size = Math.floor((content.replace(/=+$/, "").length * 3) / 4);
    const id = `AAMkADk0draft${crypto.randomUUID()}`;
    this.attachments.push({ id, name, contentType, size, attachmentType: FILE, isInline: false, content });
    this.#showAttachments();
  }

  async #attachFiles(files) {
    for (const file of files) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      this.attach(file.name, file.type || "application/octet-stream", btoa(text));
    }
  }

  #showAttachments() {
    const chips = this.attachments.map(({ name }) => element("li", { className: "recipient", textContent: name }));
    byId("draft-attachments").replaceChildren(...chips);
  }

  /** Puts text or HTML where the cursor was last, else at the end. */
  insert(content, isHtml) {
    if (this.format === "text") {
      const field = byId("draft-text");
      field.setRangeText(content, field.selectionStart, field.selectionEnd, "end");
      return;
    }
    const body = byId("draft-body");
    const range = this.range ?? atTheEnd(body);
    range.deleteContents();
    range.insertNode(isHtml ? fragment(content) : lines(content));
    range.collapse(false);
    this.range = range;
  }

  state() {
    const { people, subject, body, format, headers } = this;
    return { ...people, subject, body, format, headers };
  }

  /** As it leaves. */
  message() {
    const { people, subject, format, headers, attachments } = this;
    const files = attachments.map(({ name, contentType, content }) => ({ name, contentType, content }));
    return { ...people, subject, format, body: this.body, headers, attachments: files };
  }

  #typed(field, input) {
    const typed = input.value.split(/[;\n]/).filter((text) => text.trim());
    const people = typed.map(person);
    if (people.includes(null) || !this.add(field, people)) return input.setCustomValidity("Not an address, or too many");
    input.setCustomValidity("");
    input.value = "";
  }

  #show(field) {
    const people = this.people[field];
    const chips = people.slice(0, MOST_SHOWN).map(({ name, address }) => element("li", { className: "recipient", textContent: name, title: address }));
    if (people.length > MOST_SHOWN) chips.push(element("li", { className: "muted", textContent: `and ${people.length - MOST_SHOWN} more` }));
    byId(`draft-${field}-people`).replaceChildren(...chips);
  }

  #note() {
    const selection = document.getSelection();
    const inside = selection.rangeCount > 0 && byId("draft-body").contains(selection.anchorNode);
    if (inside) this.range = selection.getRangeAt(0).cloneRange();
  }
}

function atTheEnd(body) {
  const range = document.createRange();
  range.selectNodeContents(body);
  range.collapse(false);
  return range;
}

function fragment(html) {
  const made = document.createRange().createContextualFragment(html);
  made.querySelectorAll("script, iframe, object").forEach((node) => node.remove());
  return made;
}

function lines(text) {
  const made = document.createDocumentFragment();
  text.split("\n").forEach((line, index) => made.append(...(index > 0 ? [document.createElement("br"), line] : [line])));
  return made;
}
