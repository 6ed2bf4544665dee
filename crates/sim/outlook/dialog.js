// A dialog inside the page. A dialog in a window of its own is opened by the library itself.
//
// Invariant: one dialog at a time; the pane hears when the person closes it.

import { Channel } from "./channel.js";
import { SANDBOX, appContext, frameAddress, frameNames } from "./pane.js";
import { executeOffice } from "./methods.js";

const MESSAGE = 0;
const CLOSED = 12006;
const PARENT_MESSAGE = "dialogParentMessageReceived";

export class Dialog {
  static ALREADY_OPENED = 12007;
  static FOREIGN_DOMAIN = 12004;

  constructor(pane, wish, forget) {
    Object.assign(this, { pane, forget });
    const names = frameNames(pane.store.locale, { dialog: true, control: pane.names.control });
    const frame = document.createElement("iframe");
    frame.title = "Dialog of the add-in";
    frame.setAttribute("sandbox", SANDBOX);
    frame.name = names.name;
    this.channel = new Channel(frame, pane.origin, names, { invoke: (action, data) => this.#invoke(action, data, names) });
    this.element = document.createElement("dialog");
    this.element.id = "addin-dialog";
    this.element.style.width = `${wish.width}vw`;
    this.element.style.height = `${wish.height}vh`;
    const close = document.createElement("button");
    close.className = "icon-button dialog-close";
    close.textContent = "✕";
    close.ariaLabel = "Close dialog";
    close.onclick = () => this.#closedByPerson();
    this.element.oncancel = () => this.#closedByPerson();
    this.element.append(close, frame);
    document.body.append(this.element);
    this.element.showModal();
    frame.src = frameAddress(wish.url, names);
  }

  close() {
    this.channel.close();
    this.element.remove();
    this.forget();
  }

  messageParent(data) {
    this.pane.fromDialog({ messageType: MESSAGE, messageContent: data.messageToParent, messageOrigin: this.pane.origin });
  }

  messageChild(data) {
    return this.channel.raise(PARENT_MESSAGE, {
      messageType: MESSAGE,
      messageContent: data.messageContent,
      messageOrigin: this.pane.origin,
    });
  }

  #closedByPerson() {
    this.pane.fromDialog({ messageType: CLOSED });
    this.close();
  }

  #invoke(action, data, names) {
    const { store, page, faults, calls } = this.pane;
    switch (action) {
      case "ContextActivationManager_getAppContextAsync":
        return appContext(store, names, page.mailbox);
      case "ContextActivationManager_notifyHost":
        return null;
      case "GetInitialData":
        return null;
      case "executeMethod":
        return executeOffice({ store, page, faults, calls, dialog: this }, data);
      default:
        throw new Error(`a dialog may not ask for ${action}`);
    }
  }
}
