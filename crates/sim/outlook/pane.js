// The task pane: the add-in in a frame of another site, told that it runs in Outlook on the web.
//
// Invariant: the frame gets what Outlook gives (office-js.md §1.3, §1.5) and reaches this page by
// messages alone.

import { Channel } from "./channel.js";
import { Dialog } from "./dialog.js";
import { execute, executeOffice } from "./methods.js";

export const SANDBOX =
  "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads";

/** The same in a browser that lets pages open no windows. */
const SANDBOX_WITHOUT_WINDOWS = SANDBOX.replaceAll(/allow-popups\S*/g, "");

const OUTLOOK_WEB_APP = 64;
const READ_WRITE_MAILBOX = 2;
const MESSAGE_COMPOSE = 4;
const ITEM_LESS = 6;
const ITEM_CHANGED = "olkItemSelectedChanged";
const SELECTED_ITEMS_CHANGED = "olkSelectedItemsChanged";
const THEME_CHANGED = "officeThemeChanged";
const DIALOG_MESSAGE = "dialogMessageReceived";
const COMMAND = "appCommandInvoked";
/** How many mails an add-in may be handed at once (office-js.md §3). */
export const MOST_SELECTED = 100;
const DIALOG_REQUIREMENTS = { DialogApi: "1.2" };
/** "The event is not supported" (5000). */
const EVENT_NOT_SUPPORTED = 5000;
const UPDATE_TARGET_URL = 21;
const TAB_EXIT = 13;
const TAB_EXIT_SHIFT = 14;
const ESC_EXIT = 15;

const THEMES = {
  light: { bodyForegroundColor: 0x242424, bodyBackgroundColor: 0xffffff, controlForegroundColor: 0x242424, controlBackgroundColor: 0xffffff },
  dark: { bodyForegroundColor: 0xffffff, bodyBackgroundColor: 0x292929, controlForegroundColor: 0xffffff, controlBackgroundColor: 0x292929 },
};

/** What the library finds in the frame's name. */
export function frameNames(locale, kind) {
  const id = crypto.randomUUID();
  const names = { conversation: `c${id.slice(0, 8)}`, control: kind.control ?? `o${id.slice(9, 23)}` };
  const hostInfo = ["Outlook", "Web", "16.01", locale, id, kind.dialog ? "isDialog" : "", "disableLogging", "0"].join("$");
  const xdmInfo = [names.conversation, names.control, window.location.origin].join("|");
  const name = JSON.stringify({
    baseFrameName: `_xdm_${names.conversation}`,
    hostInfo,
    xdmInfo,
    serializerVersion: "1",
    flights: "[]",
    disabledChangeGates: "[]",
  });
  return { ...names, hostInfo, xdmInfo, name };
}

/** The address as Outlook opens it: host info in the query, connection info last in the hash. */
export function frameAddress(address, names) {
  const url = new URL(address);
  const join = url.search ? "&" : "?";
  url.search += `${join}et=&_host_Info=${names.hostInfo}`;
  url.hash = `&_serializer_version=1&_xdm_Info=${names.xdmInfo}`;
  return url.href;
}

export function appContext(store, names, mailbox) {
  return {
    _id: names.control,
    _appName: OUTLOOK_WEB_APP,
    _appVersion: "16.01",
    _appUILocale: store.locale,
    _dataLocale: store.locale,
    _docUrl: window.location.origin,
    _clientMode: 0,
    _settings: store.state.settings,
    _reason: 1,
    _osfControlType: 1,
    _eToken: "",
    _correlationId: names.conversation,
    _appInstanceId: names.control,
    _appMinorVersion: 0,
    _requirementMatrix: JSON.stringify({ Mailbox: `1.${mailbox}`, react: 1.1, ...DIALOG_REQUIREMENTS }),
    _hostFullVersion: "16.0.15407.10000",
    _clientWindowHeight: window.innerHeight,
    _clientWindowWidth: window.innerWidth,
    _addinName: "Add-in",
    _appDomains: [new URL(store.addinUrl).origin],
    _dialogRequirementMatrix: JSON.stringify(DIALOG_REQUIREMENTS),
    _featureGates: {},
    _initialDisplayMode: 0,
  };
}

function itemOf({ key, preview, attachments, ...item }) {
  return { ...item, attachments: attachments.map((attachment) => ({ ...attachment })) };
}

/** What `getSelectedItemsAsync` tells of a mail; the last three came with 1.14. */
export function selectedItem(mail, mailbox) {
  const known = { itemId: mail.id, itemMode: "Read", itemType: "message", subject: mail.subject };
  if (mailbox < 14) return known;
  const { conversationId, internetMessageId, attachments } = mail;
  return { ...known, conversationId, internetMessageId, hasAttachment: attachments.length > 0 };
}

/** What the library is told of an item, with whose mailbox it is. */
function described(store, item, shared) {
  const { user } = store;
  return {
    ...item,
    permissionLevel: READ_WRITE_MAILBOX,
    isRead: true,
    isFromSharedFolder: shared !== null,
    userDisplayName: user.displayName,
    userEmailAddress: user.emailAddress,
    userProfileType: "office365",
    userTimeZone: "UTC",
    hostVersion: "16.0.15407.10000",
    owaView: "ThreeColumns",
    isRestIdSupported: false,
    ewsUrl: "",
    restUrl: "",
    entities: {},
    regExMatches: {},
    filteredEntities: {},
    selectedEntities: {},
    selectedRegExMatches: {},
  };
}

/** The same of a message being written. */
export function draftData(store, shared) {
  return described(store, { itemType: MESSAGE_COMPOSE }, shared);
}

export class Pane {
  /** @param page what the pane may do to the page: mail, shared, say, closePane, focusPane … */
  constructor(store, page, faults, calls) {
    Object.assign(this, { store, page, faults, calls });
    this.origin = new URL(store.addinUrl).origin;
    this.dialog = null;
    this.channel = null;
  }

  get isOpen() {
    return this.channel !== null;
  }

  /** Whether the add-in follows the selection; Outlook closes a pane that does not. */
  get follows() {
    return this.channel?.events.has(ITEM_CHANGED) ?? false;
  }

  open(holder, theme) {
    const names = frameNames(this.store.locale, {});
    const frame = document.createElement("iframe");
    frame.title = "Add-in";
    frame.id = "addin";
    frame.setAttribute("sandbox", this.page.windows ? SANDBOX : SANDBOX_WITHOUT_WINDOWS);
    frame.style.colorScheme = theme;
    frame.name = names.name;
    this.names = names;
    this.channel = new Channel(frame, this.origin, names, {
      invoke: (action, data) => this.#invoke(action, data),
      registered: (event, data) => this.#registered(event, data),
      unregistered: (event) => this.#unregistered(event),
    });
    frame.src = frameAddress(this.store.addinUrl, names);
    holder.replaceChildren(frame);
  }

  close() {
    this.page.loaded = null;
    this.dialog?.close();
    this.channel?.close();
    this.channel?.frame.remove();
    this.channel = null;
  }

  itemChanged() {
    this.channel?.raise(ITEM_CHANGED, this.initialData());
  }

  /** Other mails are selected. Of more than the most nothing is told: OfficeDev/office-js#3847. */
  selectionChanged() {
    const { mailbox, selected } = this.page;
    if (mailbox >= 13 && selected.length <= MOST_SELECTED) this.channel?.raise(SELECTED_ITEMS_CHANGED, null);
  }

  setTheme(theme) {
    if (!this.channel) return;
    this.channel.frame.style.colorScheme = theme;
    this.channel.raise(THEME_CHANGED, [JSON.stringify(THEMES[theme])]);
  }

  /** Presses a ribbon button whose command runs a function of the add-in. */
  command(name) {
    const eventObjStr = JSON.stringify({ source: { id: name } });
    return this.channel?.raise(COMMAND, [crypto.randomUUID(), name, eventObjStr]);
  }

  messageDialog(data) {
    return this.dialog?.messageChild(data) ?? false;
  }

  /** What is open; where the pane may stand without an item (1.13), none is told as such, with whose mailbox it is. */
  initialData() {
    const { mail, draft, mailbox } = this.page;
    if (mail) return this.#described(itemOf(mail));
    if (draft) return draftData(this.store, this.page.shared);
    return mailbox >= 13 ? this.#described({ itemType: ITEM_LESS }) : null;
  }

  /** The same of a mail that is loaded beside the open one. */
  loadedData(mail) {
    return this.#described(itemOf(mail));
  }

  #described(item) {
    return described(this.store, item, this.page.shared);
  }

  /** Something about the message being written changed, by the person or an add-in. */
  draftChanged(event, changes) {
    this.channel?.raise(event, [JSON.stringify(changes)]);
  }

  #context() {
    const { store, page, faults, calls } = this;
    return { store, page, pane: this, faults, calls, mail: page.mail, draft: page.draft, shared: page.shared };
  }

  #invoke(action, data) {
    switch (action) {
      case "ContextActivationManager_getAppContextAsync":
        return appContext(this.store, this.names, this.page.mailbox);
      case "ContextActivationManager_notifyHost":
        return this.#notified(data);
      case "ContextActivationManager_openWindowInHost":
        window.open(data.strUrl, "_blank", "noopener");
        return {};
      case "GetInitialData":
        return this.initialData();
      case "ExecuteMethod":
        return execute(this.#context(), data);
      case "executeMethod":
        return executeOffice(this.#context(), data);
      default:
        throw new Error(`the library asked for ${action}, which is not played here`);
    }
  }

  #notified([, action]) {
    if (action === TAB_EXIT || action === TAB_EXIT_SHIFT || action === ESC_EXIT) this.page.leavePane();
    if (action === UPDATE_TARGET_URL) this.page.paneStarted();
    return null;
  }

  #registered(event, data) {
    if (event === SELECTED_ITEMS_CHANGED && this.page.mailbox < 13) return EVENT_NOT_SUPPORTED;
    if (event !== DIALOG_MESSAGE) return 0;
    if (this.dialog) return Dialog.ALREADY_OPENED;
    const wish = JSON.parse(data.targetId);
    if (new URL(wish.url).origin !== this.origin) return Dialog.FOREIGN_DOMAIN;
    this.dialog = new Dialog(this, wish, () => (this.dialog = null));
    return 0;
  }

  #unregistered(event) {
    if (event === DIALOG_MESSAGE) this.dialog?.close();
  }

  /** From the dialog: a message, or that the person closed it. */
  fromDialog(message) {
    this.channel?.raise(DIALOG_MESSAGE, message);
  }
}
