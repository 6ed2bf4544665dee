// The mailbox and what was stored in it; every change is written to the server before it is answered.
//
// Invariant: this page is the only writer, so what it holds is what the server holds.

async function ask(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

function put(path, value) {
  return ask(path, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
}

const mailPath = (mail, rest) => `/_mail/${encodeURIComponent(mail.key)}/${rest}`;

export class Store extends EventTarget {
  static async load() {
    const world = await (await ask("/_world")).json();
    return new Store(world);
  }

  constructor(world) {
    super();
    Object.assign(this, world);
    this.mails = [...world.sent, ...world.mailbox.mails];
    this.refused = world.mailbox.refused;
    this.turn = Promise.resolve();
  }

  /** Does what changes the mailbox once all has ended that was to be done before: each change goes by what the others left. */
  inTurn(work) {
    const ended = this.turn.then(work);
    this.turn = ended.catch(() => {});
    return ended;
  }

  mail(key) {
    return this.mails.find((mail) => mail.key === key) ?? null;
  }

  mailById(id) {
    return this.mails.find((mail) => mail.id === id) ?? null;
  }

  /** What is stored for a mail; empty at first. */
  of(mail) {
    return this.state.messages[mail.key] ?? { categories: [], notifications: [], customProperties: {} };
  }

  async change(mail, changes) {
    const next = { ...this.of(mail), ...changes };
    await put(`/_state/messages/${encodeURIComponent(mail.key)}`, next);
    this.state.messages[mail.key] = next;
    this.dispatchEvent(new CustomEvent("change", { detail: mail }));
  }

  /** Sends a message; what lies in Sent Items then. */
  async send(message) {
    const headers = { "content-type": "application/json" };
    const answer = await ask("/_sent", { method: "POST", headers, body: JSON.stringify(message) });
    const mail = await answer.json();
    this.mails.unshift(mail);
    return mail;
  }

  /** Another mail is looked at: a bar that is not to persist goes with this one. */
  leave(mail) {
    return this.inTurn(async () => {
      const { notifications } = this.of(mail);
      const kept = notifications.filter(({ persistent }) => persistent !== false);
      if (kept.length < notifications.length) await this.change(mail, { notifications: kept });
    });
  }

  async setSettings(settings) {
    await put("/_state/settings", settings);
    this.state.settings = settings;
  }

  async setCategories(categories) {
    await put("/_state/categories", categories);
    this.state.categories = categories;
    this.dispatchEvent(new CustomEvent("change", { detail: null }));
  }

  category(name) {
    return this.state.categories.find((category) => category.displayName === name);
  }

  async body(mail, format) {
    return (await ask(mailPath(mail, `body?format=${format}`))).text();
  }

  async headers(mail) {
    return (await ask(mailPath(mail, "headers"))).text();
  }

  /** The whole mail, in base64. */
  async file(mail) {
    return (await ask(mailPath(mail, "file"))).text();
  }

  async attachment(mail, index) {
    return (await ask(mailPath(mail, `attachments/${index}`))).json();
  }

  viewPath(mail) {
    return mailPath(mail, "view");
  }

  filePath(mail, index) {
    return mailPath(mail, `files/${index}`);
  }
}
