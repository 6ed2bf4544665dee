// Sending a message: the add-in's send handler runs first, in a frame that nobody sees (office-js.md §3 and §4,
// "Smart Alerts" of Microsoft's documentation, send mode PromptUser).
//
// Invariant: a message goes when the handler lets it go, and where the handler cannot be loaded; where it takes longer
// than people are asked to wait, they are asked, and it goes when they say so.

import { Channel } from "./channel.js";
import { execute, executeOffice } from "./methods.js";
import { SANDBOX, appContext, draftData, frameAddress, frameNames } from "./pane.js";

/** After these people are told that the add-in takes long; after that the handler is given up. */
const PATIENCE_MS = 5_000;
const LIMIT_MS = 300_000;
/** A page that has loaded and says nothing for so long is none of the add-in's. */
const SILENCE_MS = 1_000;
const COMMAND = "appCommandInvoked";
const COMMAND_COMPLETED = 94;
const SUCCEEDED = 0;
/** What the documentation says is refused to a handler: dialogs, messages to a parent, forms. */
const REFUSED_TO_HANDLERS = new Set([7, 8, 9, 44, 177, 178, 179, 180]);
const NOT_SUPPORTED = 9032;

/** Runs the handler for a draft; resolves to whether it may go, with what the handler said. */
export class Handler {
  /**
   * @param ask called when the person has to be asked; resolves to whether to send anyway
   */
  constructor(store, page, draft, faults, calls, ask) {
    Object.assign(this, { store, page, draft, faults, calls, ask });
    this.context = { store, page, faults, calls, mail: null, draft, shared: null, dialog: null };
  }

  async run() {
    const begun = performance.now();
    const frame = document.createElement("iframe");
    const answered = new Promise((resolve) => (this.resolve = resolve));
    let patience;
    const impatient = new Promise((resolve) => {
      patience = setTimeout(async () => resolve({ allowEvent: await this.ask() }), PATIENCE_MS);
    });
    const limit = setTimeout(() => this.resolve({ allowEvent: false, timedOut: true }), LIMIT_MS);
    this.#open(frame);
    const answer = await Promise.race([answered, impatient]);
    clearTimeout(patience);
    clearTimeout(limit);
    this.channel.close();
    frame.remove();
    return { ...answer, took: performance.now() - begun };
  }

  #open(frame) {
    const { store } = this;
    const names = frameNames(store.locale, {});
    frame.title = "Send handler";
    frame.hidden = true;
    frame.setAttribute("sandbox", SANDBOX);
    frame.name = names.name;
    this.names = names;
    this.channel = new Channel(frame, new URL(store.launch.page).origin, names, {
      invoke: (action, data) => this.#invoke(action, data),
      listening: (event) => event === COMMAND && this.#raise(),
    });
    frame.src = frameAddress(store.launch.page, names);
    // An add-in that cannot be loaded is unavailable, and the message goes. A frame does not tell; but by the time that
    // a page has loaded, its library has spoken.
    frame.onload = () => setTimeout(() => this.spoken || this.resolve({ allowEvent: true, unavailable: true }), SILENCE_MS);
    document.body.append(frame);
  }

  #raise() {
    const event = JSON.stringify({ source: { id: this.store.launch.function }, type: "OnMessageSend" });
    this.channel.raise(COMMAND, [crypto.randomUUID(), this.store.launch.function, event]);
  }

  #invoke(action, data) {
    this.spoken = true;
    switch (action) {
      case "ContextActivationManager_getAppContextAsync":
        return appContext(this.store, this.names, this.page.mailbox);
      case "ContextActivationManager_notifyHost":
        return null;
      case "GetInitialData":
        return draftData(this.store, null);
      case "ExecuteMethod":
        if (REFUSED_TO_HANDLERS.has(data.MethodData.DispatchId)) return { error: true, errorCode: NOT_SUPPORTED };
        return execute(this.context, data);
      case "executeMethod":
        if (data.DdaMethod?.DispatchId === COMMAND_COMPLETED) return this.#completed(data);
        return executeOffice(this.context, data);
      default:
        throw new Error(`the library asked for ${action}, which is not played here`);
    }
  }

  /** A handler that failed counts as unavailable: with PromptUser the message goes. */
  #completed({ 1: status, 2: json }) {
    const { completedContext } = status === SUCCEEDED && json ? JSON.parse(json) : {};
    const { allowEvent = true, errorMessage = "" } = completedContext ?? {};
    this.resolve({ allowEvent, errorMessage });
    return { Error: 0, Version: 1 };
  }
}
