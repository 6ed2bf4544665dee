// The members of Mailbox 1.13 to 1.15 that the npm package's library of 2022 lacks and today's has: several
// selected mails, reading one of them, and a mail as a file (office-js.md §0.3, §1.5, §3).
//
// It comes with our stand-in for MicrosoftAjax, adds members beside the library's own and changes none of its
// files. Numbers and event name are those of the newer library; a loaded item is made by the library itself, from
// initial data. How the newer library tells calls about the loaded item from calls about the open one is not known:
// here they carry the loaded item's id.
(function () {
  "use strict";

  var SELECTED_ITEMS_CHANGED = "olkSelectedItemsChanged";
  var EVENT = 53;
  var GET_SELECTED_ITEMS = 196;
  var GET_AS_FILE = 204;
  var LOAD_ITEM = 211;
  var UNLOAD_ITEM = 212;
  /** Whose call is being made, while it is made. */
  var loadedId = null;

  var factory = function () {
    return OSF._OfficeAppFactory;
  };
  var failure = function (code) {
    return { status: "failed", error: { code: code, name: "", message: "" } };
  };

  /** As every call of the library's: the last argument is the callback, options may stand before it. */
  function call(number, parameters, callback, read) {
    var request = { ApiParams: parameters, MethodData: { ControlId: factory().getId(), DispatchId: number } };
    factory()
      .getClientEndPoint()
      .invoke(
        "ExecuteMethod",
        function (code, answer) {
          // An answer that is no object is never called back (office-js.md §1.7).
          if (!callback || typeof answer !== "object" || answer === null) return;
          callback(answer.error ? failure(answer.errorCode) : { status: "succeeded", value: read(answer.data) });
        },
        request,
      );
  }

  var last = function (list) {
    return list.length > 0 ? list[list.length - 1] : undefined;
  };

  /** Says with each call of this function which loaded item it is about. */
  function about(id, act) {
    return function () {
      loadedId = id;
      try {
        return act.apply(null, arguments);
      } finally {
        loadedId = null;
      }
    };
  }

  function mark(endpoint) {
    var invoke = endpoint.invoke;
    endpoint.invoke = function (name, callback, data) {
      if (loadedId && data && data.MethodData) data.MethodData.LoadedItemId = loadedId;
      return invoke.apply(endpoint, arguments);
    };
  }

  function load(mailbox, text) {
    var data = JSON.parse(text);
    var open = [mailbox.initialData, mailbox.item];
    mailbox.initialize(data);
    var item = mailbox.item;
    mailbox.initialData = open[0];
    mailbox.item = open[1];
    var wrapped = function (of, names) {
      return names.reduce(function (made, name) {
        made[name] = about(data.id, of[name]);
        return made;
      }, {});
    };
    var value = function (made) {
      return { value: made, enumerable: true };
    };
    return Object.create(item, {
      body: value(wrapped(item.body, ["getAsync"])),
      categories: value(wrapped(item.categories, ["getAsync", "addAsync", "removeAsync"])),
      getAttachmentContentAsync: value(about(data.id, item.getAttachmentContentAsync)),
      getAllInternetHeadersAsync: value(about(data.id, item.getAllInternetHeadersAsync)),
      getAsFileAsync: value(about(data.id, item.getAsFileAsync)),
      unloadAsync: value(function () {
        call(UNLOAD_ITEM, { itemId: data.id }, last(arguments), function () {});
      }),
    });
  }

  function extend(mailbox, eventDispatch, isPopupWindow) {
    var handlers = [];
    mark(factory().getClientEndPoint());
    mailbox.getSelectedItemsAsync = function () {
      call(GET_SELECTED_ITEMS, null, last(arguments), function (items) {
        return items;
      });
    };
    mailbox.loadItemByIdAsync = function (itemId) {
      call(LOAD_ITEM, { itemId: itemId }, last(arguments), function (text) {
        return load(mailbox, text);
      });
    };
    // The library adds its own only where there is none.
    mailbox.addHandlerAsync = function (type, handler) {
      if (type !== SELECTED_ITEMS_CHANGED) {
        var add = factory().getHostFacade()[OSF.DDA.DispIdHost.Methods.AddEventHandler];
        add(arguments, eventDispatch, mailbox, isPopupWindow);
        return;
      }
      var callback = arguments.length > 2 ? last(arguments) : undefined;
      handlers.push(handler);
      factory()
        .getClientEndPoint()
        .registerForEvent(
          SELECTED_ITEMS_CHANGED,
          function () {
            handlers.forEach(function (told) {
              told({ type: SELECTED_ITEMS_CHANGED });
            });
          },
          function (code, answer) {
            if (!callback) return;
            var refusal = answer && answer.Error;
            callback(refusal ? failure(refusal) : { status: "succeeded", value: undefined });
          },
          { controlId: factory().getId(), eventDispId: EVENT, targetId: "" },
        );
    };
  }

  /** A mail being read: the whole of it, in base64. */
  function getAsFile() {
    call(GET_AS_FILE, null, last(arguments), function (file) {
      return file;
    });
  }

  OSF.OUtil.augmentList(Microsoft.Office.WebExtension.EventType, { SelectedItemsChanged: SELECTED_ITEMS_CHANGED });
  var addEventSupport = OSF.DDA.DispIdHost.addEventSupport;
  OSF.DDA.DispIdHost.addEventSupport = function (target, eventDispatch, isPopupWindow) {
    if (target && target.displayName === "mailbox" && !target.loadItemByIdAsync) {
      extend(target, eventDispatch, isPopupWindow);
    }
    if (target && target.getAllInternetHeadersAsync && !target.getAsFileAsync) target.getAsFileAsync = getAsFile;
    return addEventSupport.apply(this, arguments);
  };
})();
