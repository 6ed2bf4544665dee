//! The raw bindings: every `extern "C"` of the crate, and no logic.
//!
//! Invariants: everything is a getter read anew each time, since Office replaces `mailbox.item` on every change
//! (a bound static stays at the first mail for ever, `office-js.md` §5); every getter and method catches, since
//! Office throws where a permission is missing; data comes as `JsValue`, since its shape is not ours to trust.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The page's global object.
    pub(crate) type Page;
    #[wasm_bindgen(method, getter, structural, js_name = officeLoaded)]
    pub(crate) fn office_loaded(this: &Page) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = itemsFollowed)]
    pub(crate) fn items_followed(this: &Page) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = Office)]
    pub(crate) fn office(this: &Page) -> Option<Office>;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn history(this: &Page) -> JsValue;

    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn document(this: &Page) -> Option<Document>;

    pub(crate) type Document;
    #[wasm_bindgen(method, catch, js_name = querySelector)]
    pub(crate) fn query_selector(this: &Document, selector: &str) -> Result<Option<Control>, JsValue>;

    /// Something to press.
    pub(crate) type Control;
    #[wasm_bindgen(method)]
    pub(crate) fn click(this: &Control);

    #[wasm_bindgen(js_name = setTimeout)]
    pub(crate) fn set_timeout(callback: &Function, milliseconds: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub(crate) fn clear_timeout(timer: &JsValue);

    /// A promise, spoken to with plain functions.
    pub(crate) type Thenable;
    #[wasm_bindgen(method, js_name = then)]
    pub(crate) fn then(this: &Thenable, resolved: &Function, rejected: &Function) -> JsValue;

    pub(crate) type Office;
    #[wasm_bindgen(method, catch, js_name = onReady)]
    pub(crate) fn on_ready(this: &Office) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn context(this: &Office) -> Result<Option<Context>, JsValue>;

    pub(crate) type Context;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn mailbox(this: &Context) -> Result<Option<Mailbox>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn ui(this: &Context) -> Result<Option<Ui>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn requirements(this: &Context) -> Result<Option<Requirements>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = roamingSettings)]
    pub(crate) fn roaming_settings(this: &Context) -> Result<Option<RoamingSettings>, JsValue>;

    pub(crate) type Requirements;
    #[wasm_bindgen(method, catch, js_name = isSetSupported)]
    pub(crate) fn is_set_supported(this: &Requirements, name: &str, version: &str) -> Result<JsValue, JsValue>;

    pub(crate) type RoamingSettings;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn get(this: &RoamingSettings, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn set(this: &RoamingSettings, name: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn remove(this: &RoamingSettings, name: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = saveAsync)]
    pub(crate) fn save_async(this: &RoamingSettings, callback: &Function) -> Result<(), JsValue>;

    pub(crate) type Mailbox;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn item(this: &Mailbox) -> Result<Option<OpenItem>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = masterCategories)]
    pub(crate) fn master_categories(this: &Mailbox) -> Result<Option<Categories>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = addHandlerAsync)]
    pub(crate) fn add_handler_async(
        this: &Mailbox,
        event: &str,
        handler: &Function,
        callback: &Function,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getSelectedItemsAsync)]
    pub(crate) fn get_selected_items_async(this: &Mailbox, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = loadItemByIdAsync)]
    pub(crate) fn load_item_by_id_async(this: &Mailbox, id: &str, callback: &Function) -> Result<(), JsValue>;

    /// `mailbox.item`, for as long as no `.await` comes between; or the loaded item, until it is unloaded.
    #[derive(Clone)]
    pub(crate) type OpenItem;
    #[wasm_bindgen(method, catch, js_name = unloadAsync)]
    pub(crate) fn unload_async(this: &OpenItem, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn body(this: &OpenItem) -> Result<Option<Body>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn categories(this: &OpenItem) -> Result<Option<Categories>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = notificationMessages)]
    pub(crate) fn notification_messages(this: &OpenItem) -> Result<Option<NotificationMessages>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAttachmentContentAsync)]
    pub(crate) fn get_attachment_content_async(this: &OpenItem, id: &str, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAsFileAsync)]
    pub(crate) fn get_as_file_async(this: &OpenItem, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAllInternetHeadersAsync)]
    pub(crate) fn get_all_internet_headers_async(this: &OpenItem, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getSharedPropertiesAsync)]
    pub(crate) fn get_shared_properties_async(this: &OpenItem, callback: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn to(this: &OpenItem) -> Result<Option<Recipients>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn cc(this: &OpenItem) -> Result<Option<Recipients>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn bcc(this: &OpenItem) -> Result<Option<Recipients>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn subject(this: &OpenItem) -> Result<Option<DraftSubject>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = internetHeaders)]
    pub(crate) fn internet_headers(this: &OpenItem) -> Result<Option<DraftHeaders>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = sessionData)]
    pub(crate) fn session_data(this: &OpenItem) -> Result<Option<SessionData>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAttachmentsAsync)]
    pub(crate) fn get_attachments_async(this: &OpenItem, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = addHandlerAsync)]
    pub(crate) fn add_handler_async(
        this: &OpenItem,
        event: &str,
        handler: &Function,
        callback: &Function,
    ) -> Result<(), JsValue>;

    /// The subject of a mail being written.
    pub(crate) type DraftSubject;
    #[wasm_bindgen(method, catch, js_name = getAsync)]
    pub(crate) fn get_async(this: &DraftSubject, callback: &Function) -> Result<(), JsValue>;

    /// The headers that add-ins put on a mail being written.
    pub(crate) type DraftHeaders;
    #[wasm_bindgen(method, catch, js_name = getAsync)]
    pub(crate) fn get_async(this: &DraftHeaders, names: &Array, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = setAsync)]
    pub(crate) fn set_async(this: &DraftHeaders, headers: &JsValue, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeAsync)]
    pub(crate) fn remove_async(this: &DraftHeaders, names: &Array, callback: &Function) -> Result<(), JsValue>;

    /// What add-ins keep with a mail while it is being written.
    pub(crate) type SessionData;
    #[wasm_bindgen(method, catch, js_name = setAsync)]
    pub(crate) fn set_async(this: &SessionData, name: &str, value: &str, callback: &Function) -> Result<(), JsValue>;

    /// A field of a mail being written.
    pub(crate) type Recipients;
    #[wasm_bindgen(method, catch, js_name = getAsync)]
    pub(crate) fn get_async(this: &Recipients, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = addAsync)]
    pub(crate) fn add_async(this: &Recipients, people: &Array, callback: &Function) -> Result<(), JsValue>;

    pub(crate) type Body;
    #[wasm_bindgen(method, catch, js_name = getTypeAsync)]
    pub(crate) fn get_type_async(this: &Body, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = setSelectedDataAsync)]
    pub(crate) fn set_selected_data_async(
        this: &Body,
        data: &str,
        options: &JsValue,
        callback: &Function,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAsync)]
    pub(crate) fn get_async(this: &Body, coercion: &str, callback: &Function) -> Result<(), JsValue>;

    /// The item's categories, and the mailbox's master list.
    pub(crate) type Categories;
    #[wasm_bindgen(method, catch, js_name = getAsync)]
    pub(crate) fn get_async(this: &Categories, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = addAsync)]
    pub(crate) fn add_async(this: &Categories, names: &Array, callback: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeAsync)]
    pub(crate) fn remove_async(this: &Categories, names: &Array, callback: &Function) -> Result<(), JsValue>;

    pub(crate) type NotificationMessages;
    #[wasm_bindgen(method, catch, js_name = replaceAsync)]
    pub(crate) fn replace_async(
        this: &NotificationMessages,
        key: &str,
        details: &JsValue,
        callback: &Function,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeAsync)]
    pub(crate) fn remove_async(this: &NotificationMessages, key: &str, callback: &Function) -> Result<(), JsValue>;

    pub(crate) type Ui;
    #[wasm_bindgen(method, catch, js_name = displayDialogAsync)]
    pub(crate) fn display_dialog_async(
        this: &Ui,
        address: &str,
        options: &JsValue,
        callback: &Function,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = messageParent)]
    pub(crate) fn message_parent(this: &Ui, message: &str, options: &JsValue) -> Result<(), JsValue>;

    /// The handle of an open window.
    pub(crate) type DialogHandle;
    #[wasm_bindgen(method, catch, js_name = addEventHandler)]
    pub(crate) fn add_event_handler(this: &DialogHandle, event: &str, handler: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = messageChild)]
    pub(crate) fn message_child(this: &DialogHandle, message: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn close(this: &DialogHandle) -> Result<(), JsValue>;
}

/// Has one of two functions called when the promise settles.
pub(crate) fn then(promise: &Promise, resolved: &Function, rejected: &Function) {
    promise.unchecked_ref::<Thenable>().then(resolved, rejected);
}

/// The page's global object, anew.
pub(crate) fn page() -> Page {
    js_sys::global().unchecked_into()
}

/// Office's context, if the script is there and has one.
pub(crate) fn context() -> Option<Context> {
    page().office()?.context().ok().flatten()
}

/// The mailbox; none outside Outlook and inside a dialog.
pub(crate) fn mailbox() -> Option<Mailbox> {
    context()?.mailbox().ok().flatten()
}

/// A property of a value of unknown shape; `undefined` when there is none or reading it throws.
pub(crate) fn field(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A text property; none when absent or of another type.
pub(crate) fn text(of: &JsValue, name: &str) -> Option<String> {
    field(of, name).as_string()
}

/// A number property; none when absent or of another type.
pub(crate) fn number(of: &JsValue, name: &str) -> Option<f64> {
    field(of, name).as_f64()
}

/// Sets a property of an object made here.
pub(crate) fn put(on: &js_sys::Object, name: &str, value: &JsValue) {
    // A plain object of our own refuses no property, so there is no failure to report.
    let _ = js_sys::Reflect::set(on, &JsValue::from_str(name), value);
}
