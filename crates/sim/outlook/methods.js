// What Outlook does when the library calls it, by number (office-js.md §1.5).
//
// Invariant: an unknown number is answered with an error, never with silence.

import { SILENCE, TransportError } from "./channel.js";
import { FIELDS, MOST_AT_ONCE } from "./draft.js";
import { MOST_SELECTED, selectedItem } from "./pane.js";

const INTERNAL_FORMAT_ERROR = 9002;
const INVALID_ATTACHMENT_ID = 9003;
const NUMBER_OF_RECIPIENTS_EXCEEDED = 9012;
const GENERIC_TOKEN_ERROR = 9018;
const DUPLICATE_NOTIFICATION_KEY = 9023;
const NOTIFICATION_KEY_NOT_FOUND = 9024;
const NUMBER_OF_NOTIFICATIONS_EXCEEDED = 9025;
const NOT_SUPPORTED = 9032;
const INTERNAL_SERVER_ERROR = 9042;
const ITEM_NOT_SAVED = 9046;
const KEY_NOT_FOUND = 9050;
const INVALID_CATEGORY = 9044;
const DUPLICATE_CATEGORY = 9045;
const ITEM_NOT_FOUND = 9049;
const NOT_IN_SHARED_FOLDERS = 9055;
const IDENTITY_NOT_SUPPORTED = 13012;
const OPERATION_NOT_SUPPORTED = 5000;
const MOST_NOTIFICATIONS = 5;
const COMMAND_COMPLETED = 94;
const HTML = 3;
const NOTIFICATION_TYPES = ["informationalMessage", "progressIndicator", "errorMessage", "insightMessage"];

const done = (data) => (data === undefined ? { error: false } : { error: false, data });
const failed = (errorCode) => ({ error: true, errorCode });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const refusedToken = () => ({
  wasSuccessful: false,
  errorCode: GENERIC_TOKEN_ERROR,
  errorName: "GenericTokenError",
  errorMessage: "Legacy Exchange tokens are turned off.",
});

const categoryDetails = ({ store, mail }) =>
  store.of(mail).categories.map((name) => store.category(name) ?? { displayName: name, color: "None" });

async function getBody({ store, mail, faults }, { coercionType }) {
  if (faults.bodyDelay) await sleep(faults.bodyDelay);
  if (faults.body === "silence") return SILENCE;
  if (faults.body === "error") return failed(INTERNAL_SERVER_ERROR);
  return done(await store.body(mail, coercionType === HTML ? "html" : "text"));
}

async function getAttachmentContent({ store, mail, faults }, { id }) {
  const index = mail.attachments.findIndex((attachment) => attachment.id === id);
  if (index < 0) return failed(INVALID_ATTACHMENT_ID);
  const fault = faults.attachments.get(mail.attachments[index].name);
  if (fault === "silence") return SILENCE;
  if (fault === "error") return failed(INTERNAL_SERVER_ERROR);
  return done(await store.attachment(mail, index));
}

function notification({ key, type, message, icon, persistent, actions }) {
  const rest = Object.fromEntries(Object.entries({ icon, persistent, actions }).filter(([, value]) => value != null));
  return { key, type: NOTIFICATION_TYPES[type] ?? type, message, ...rest };
}

async function addNotification({ store, mail }, params) {
  const { notifications } = store.of(mail);
  if (notifications.some(({ key }) => key === params.key)) return failed(DUPLICATE_NOTIFICATION_KEY);
  if (notifications.length >= MOST_NOTIFICATIONS) return failed(NUMBER_OF_NOTIFICATIONS_EXCEEDED);
  await store.change(mail, { notifications: [...notifications, notification(params)] });
  return done();
}

async function replaceNotification({ store, mail }, params) {
  const { notifications } = store.of(mail);
  // Microsoft's reference of `replaceAsync`: what is not there is added.
  if (!notifications.some(({ key }) => key === params.key)) return addNotification({ store, mail }, params);
  const next = notifications.map((old) => (old.key === params.key ? notification(params) : old));
  await store.change(mail, { notifications: next });
  return done();
}

async function removeNotification({ store, mail }, { key }) {
  const { notifications } = store.of(mail);
  if (!notifications.some((old) => old.key === key)) return failed(NOTIFICATION_KEY_NOT_FOUND);
  await store.change(mail, { notifications: notifications.filter((old) => old.key !== key) });
  return done();
}

async function addCategories({ store, mail }, { categories }) {
  if (!categories.every((name) => store.category(name))) return failed(INVALID_CATEGORY);
  await store.change(mail, { categories: [...new Set([...store.of(mail).categories, ...categories])] });
  return done();
}

async function removeCategories({ store, mail }, { categories }) {
  await store.change(mail, { categories: store.of(mail).categories.filter((name) => !categories.includes(name)) });
  return done();
}

async function addMasterCategories({ store }, { categoryDetails: added }) {
  if (added.some(({ displayName }) => store.category(displayName))) return failed(DUPLICATE_CATEGORY);
  const plain = added.map(({ displayName, color }) => ({ displayName, color }));
  await store.setCategories([...store.state.categories, ...plain]);
  return done();
}

async function removeMasterCategories({ store }, { categories }) {
  if (!categories.every((name) => store.category(name))) return failed(INVALID_CATEGORY);
  await store.setCategories(store.state.categories.filter(({ displayName }) => !categories.includes(displayName)));
  return done();
}

function sharedProperties({ shared, store }) {
  if (!shared) return failed(NOT_SUPPORTED);
  const address = store.user.emailAddress;
  return done({ owner: shared, targetMailbox: shared, targetRestUrl: "", delegatePermissions: 3, userId: address });
}

/** Of more than the most, the first are told (OfficeDev/office-js#3847). */
function getSelectedItems({ page }) {
  if (page.mailbox < 13) return failed(NOT_SUPPORTED);
  return done(page.selected.slice(0, MOST_SELECTED).map((mail) => selectedItem(mail, page.mailbox)));
}

/** One at a time; with which number Outlook refuses a second is not known. */
async function loadItemById({ store, page, pane, faults, shared }, { itemId }) {
  if (page.mailbox < 15) return failed(NOT_SUPPORTED);
  if (shared) return failed(NOT_IN_SHARED_FOLDERS);
  const mail = store.mailById(itemId);
  if (!mail) return failed(ITEM_NOT_FOUND);
  if (page.loaded) return failed(INTERNAL_SERVER_ERROR);
  const fault = faults.loads.get(mail.key);
  if (fault === "error") return failed(INTERNAL_SERVER_ERROR);
  page.load(mail);
  return fault === "silence" ? SILENCE : done(JSON.stringify(pane.loadedData(mail)));
}

function unloadItem({ page }, { itemId }) {
  if (page.loaded?.id !== itemId) return failed(ITEM_NOT_FOUND);
  page.load(null);
  return done();
}

async function getAsFile({ store, mail, page }) {
  return page.mailbox < 14 ? failed(NOT_SUPPORTED) : done(await store.file(mail));
}

function displayMessage({ store, page }, { itemId }) {
  const mail = store.mailById(itemId);
  if (!mail) return failed(ITEM_NOT_FOUND);
  page.say(`The add-in asked Outlook to open “${mail.subject}”.`);
  return done();
}

const opens = (what) => ({ page }) => {
  page.say(`The add-in asked Outlook to open ${what}.`);
  return done();
};

function addRecipients({ draft }, { recipientField, recipientArray }) {
  const fits = recipientArray.length <= MOST_AT_ONCE && draft.add(FIELDS[recipientField], recipientArray);
  return fits ? done() : failed(NUMBER_OF_RECIPIENTS_EXCEEDED);
}

function setRecipients({ draft }, { recipientField, recipientArray }) {
  const fits = recipientArray.length <= MOST_AT_ONCE && draft.set(FIELDS[recipientField], recipientArray);
  return fits ? done() : failed(NUMBER_OF_RECIPIENTS_EXCEEDED);
}

/** HTML has no place in a body of plain text. */
const misfits = (draft, coercionType) => draft.format === "text" && coercionType === HTML;

function insertIntoBody({ draft }, { data, coercionType }) {
  if (misfits(draft, coercionType)) return failed(INTERNAL_FORMAT_ERROR);
  draft.insert(data, coercionType === HTML);
  return done();
}

function setDraftBody({ draft }, { data, coercionType }) {
  if (misfits(draft, coercionType)) return failed(INTERNAL_FORMAT_ERROR);
  draft.body = data;
  return done();
}

const pick = (from, names) => Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));

function draftAttachmentContent({ draft, faults }, { id }) {
  const attachment = draft.attachments.find((other) => other.id === id);
  if (!attachment) return failed(INVALID_ATTACHMENT_ID);
  const fault = faults.attachments.get(attachment.name);
  if (fault === "silence") return SILENCE;
  if (fault === "error") return failed(INTERNAL_SERVER_ERROR);
  return done({ format: "base64", content: attachment.content });
}

function removeHeaders({ draft }, { internetHeaderKeys }) {
  internetHeaderKeys.forEach((name) => delete draft.headers[name]);
  return done();
}

function getSessionData({ draft }, { name }) {
  return name in draft.sessionData ? done(draft.sessionData[name]) : failed(KEY_NOT_FOUND);
}

const draftFrom = ({ store: { user } }) => done({ name: user.displayName, address: user.emailAddress, recipientType: 2 });

/** What a message being written answers. */
const WRITING = new Map([
  [13, insertIntoBody],
  [14, ({ draft }) => done(draft.format)],
  [15, ({ draft }, { recipientField }) => done(draft.people[FIELDS[recipientField]])],
  [17, ({ draft }, { subject }) => ((draft.subject = subject), done())],
  [18, ({ draft }) => done(draft.subject)],
  [21, setRecipients],
  [22, addRecipients],
  [37, ({ draft }, { coercionType }) => done(coercionType === HTML ? draft.body : draft.bodyAsText)],
  [38, setDraftBody],
  [107, draftFrom],
  [149, ({ draft }) => done(draft.attachments.map(({ content, ...attachment }) => attachment))],
  [150, draftAttachmentContent],
  [151, ({ draft }, { internetHeaderKeys }) => done(pick(draft.headers, internetHeaderKeys))],
  [152, ({ draft }, { internetHeaderNameValuePairs }) => (Object.assign(draft.headers, internetHeaderNameValuePairs), done())],
  [153, removeHeaders],
  [164, () => failed(ITEM_NOT_SAVED)],
  [185, ({ draft }, { name, value }) => ((draft.sessionData[name] = value), done())],
  [186, getSessionData],
  [187, ({ draft }) => done(draft.sessionData)],
  [188, ({ draft }) => ((draft.sessionData = {}), done())],
  [189, ({ draft }, { name }) => (delete draft.sessionData[name], done())],
]);

/** A method that changes the mailbox: Outlook does them one after another, in the order they come. */
const inTurn = (method) => (context, params) => context.store.inTurn(() => method(context, params));

/** Methods that need a mail are refused when none is selected. */
const WITHOUT_MAIL = new Set([196, 211, 212, 2, 5, 7, 8, 9, 12, 40, 42, 43, 44, 45, 160, 161, 162, 163, 177, 178, 179, 180, 193, 404]);

const METHODS = new Map([
  [2, refusedToken],
  [3, ({ store, mail }) => ({ wasSuccessful: true, customProperties: JSON.stringify(store.of(mail).customProperties) })],
  [4, inTurn(async ({ store, mail }, { customProperties }) => (await store.change(mail, { customProperties }), done()))],
  [5, () => ({ wasProxySuccessful: false, errorMessage: "Exchange Web Services are turned off." })],
  [12, refusedToken],
  [33, inTurn(addNotification)],
  [34, ({ store, mail }) => done(store.of(mail).notifications)],
  [35, inTurn(replaceNotification)],
  [36, inTurn(removeNotification)],
  [37, getBody],
  [42, ({ page }) => (page.closePane(), done())],
  [99, () => done("")],
  [108, sharedProperties],
  [150, getAttachmentContent],
  [157, (context) => done(categoryDetails(context))],
  [158, inTurn(addCategories)],
  [159, inTurn(removeCategories)],
  [160, ({ store }) => done(store.state.categories)],
  [161, inTurn(addMasterCategories)],
  [162, inTurn(removeMasterCategories)],
  [168, async ({ store, mail }) => done(mail.sent && !store.givesSentHeaders ? "" : await store.headers(mail))],
  [196, getSelectedItems],
  [204, getAsFile],
  [211, loadItemById],
  [212, unloadItem],
  [404, inTurn(async ({ store }, [settings]) => (await store.setSettings(settings), done()))],
  ...[8, 179].map((number) => [number, displayMessage]),
  ...[9, 180].map((number) => [number, opens("an appointment")]),
  ...[7, 177].map((number) => [number, opens("a new appointment")]),
  ...[44, 178].map((number) => [number, opens("a new message")]),
  ...[10, 11, 30, 31, 181, 182, 183, 184].map((number) => [number, opens("a reply")]),
  [43, opens("a contact card")],
  [45, opens("another module")],
  ...[40, 163, 193, 400, 401, 402, 403].map((number) => [number, () => done()]),
]);

async function faulty(number, faults) {
  const fault = faults.methods.get(number);
  if (fault === "silence") return SILENCE;
  if (fault === "transport") throw new TransportError();
  return fault === "error" ? failed(INTERNAL_SERVER_ERROR) : undefined;
}

/** `ExecuteMethod`: Outlook's own calls. */
export async function execute(context, { ApiParams, MethodData }) {
  const number = MethodData.DispatchId;
  context.calls.push(number);
  const fault = await faulty(number, context.faults);
  if (fault) return fault;
  if (MethodData.LoadedItemId) return executeOnLoaded(context, ApiParams, MethodData);
  const method = context.draft && !WITHOUT_MAIL.has(number) ? WRITING.get(number) : METHODS.get(number);
  if (!method) return failed(NOT_SUPPORTED);
  if (context.draft) return method(context, ApiParams ?? {});
  if (!context.mail && !WITHOUT_MAIL.has(number)) return failed(ITEM_NOT_FOUND);
  return method(context, ApiParams ?? {});
}

/** The same about the loaded mail, whatever is open beside it: reading it, and its categories. */
async function executeOnLoaded(context, ApiParams, { DispatchId, LoadedItemId }) {
  const mail = context.page.loaded;
  if (mail?.id !== LoadedItemId) return failed(ITEM_NOT_FOUND);
  return METHODS.get(DispatchId)({ ...context, mail, draft: null }, ApiParams ?? {});
}

/** `executeMethod`: the calls all of Office shares. */
export async function executeOffice(context, data) {
  // A finished command comes as a plain list, which carries no number.
  const number = Array.isArray(data) ? COMMAND_COMPLETED : data.DdaMethod.DispatchId;
  context.calls.push(number);
  const answer = (code, rest) => ({ Error: code, Version: 1, ...rest });
  const fault = await faulty(number, context.faults);
  if (fault === SILENCE) return SILENCE;
  if (fault) return answer(fault.errorCode);
  switch (number) {
    case COMMAND_COMPLETED:
      context.page.commandCompleted(data);
      return answer(0);
    case 97:
      context.page.closePane();
      return answer(0);
    case 98:
      return answer(IDENTITY_NOT_SUPPORTED);
    case 102:
      window.open(data.url, "_blank", "noopener");
      return answer(0);
    case 144:
      return context.dialog ? (context.dialog.messageParent(data), answer(0)) : answer(OPERATION_NOT_SUPPORTED);
    case 145:
      return context.page.messageDialog(data) ? answer(0) : answer(OPERATION_NOT_SUPPORTED);
    default:
      return answer(OPERATION_NOT_SUPPORTED);
  }
}
