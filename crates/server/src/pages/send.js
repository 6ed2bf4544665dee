// @ts-check
// What Outlook runs when a message is sent (Smart Alerts, Mailbox 1.12). It notes for the pane that a message is on
// its way which is to be saved to iMIS, and lets it go.
//
// Invariants: it lets every message go, at once where the person did not ask for the message to be saved, and
// never later than LIMIT_MS whatever hangs or throws; it asks our server for nothing. It alone adds to NOTED, since
// whoever writes a mailbox's settings writes all of them as it knew them last; a pane that writes them for another
// reason first puts this list and the one in the browser's storage together, by the same limit. One plain file that
// needs no page, no modules and no storage: classic Outlook for Windows runs it where there are none.
(function () {
  "use strict";

  /** Outlook tells people that an add-in takes long after five seconds; three are promised. */
  var LIMIT_MS = 2500;
  /** On the draft: a random name of the save, and nothing else, since recipients can read it. */
  var HEADER = "x-imis-outlook-save";
  /** With the draft while it is open: as what to save it, and for whom not. */
  var WISH = "imis-save";
  /** In the mailbox's settings: what was sent and is to be saved, newest first. */
  var NOTED = "imis-sent";
  /** Behind that name in the browser's storage: what the pane saved or the person gave up. */
  var SETTLED = "-settled";
  /** The settings hold 32 KB in all. */
  var MOST_NOTED_CHARS = 24000;
  var MOST_PEOPLE = 20;
  var MOST_SUBJECT_CHARS = 255;

  /** @param {any} event */
  function onMessageSend(event) {
    var gone = false;
    function letGo() {
      if (gone) return;
      gone = true;
      event.completed({ allowEvent: true });
    }
    setTimeout(letGo, LIMIT_MS);
    try {
      note(letGo);
    } catch (_) {
      letGo();
    }
  }

  /** @param {() => void} done called once nothing more is waited for */
  function note(done) {
    var item = Office.context.mailbox.item;
    item.internetHeaders.getAsync([HEADER], guarded(done, function (found) {
      var save = found && found[HEADER];
      if (typeof save !== "string" || !/^[0-9a-f-]{36}$/.test(save)) return done();
      /** @type {Record<string, any>} */
      var noted = { save: save, at: Date.now(), subject: "", to: [], bcc: [], count: 0, wish: null };
      // What is noted first is the least that the pane needs; the rest is put in as it comes.
      keep(noted, function () {});
      var open = 5;
      function read() {
        open -= 1;
        if (open === 0) keep(noted, done);
      }
      /** @param {(value: any) => void} take */
      function taking(take) {
        return function (/** @type {any} */ result) {
          try {
            if (result.status === "succeeded") take(result.value);
          } catch (_) {
            // What cannot be read is left out.
          }
          read();
        };
      }
      /** @param {(callback: (result: any) => void) => void} ask @param {(value: any) => void} take */
      function begin(ask, take) {
        try {
          ask(taking(take));
        } catch (_) {
          read();
        }
      }
      begin(function (heard) { item.subject.getAsync(heard); }, function (text) {
        noted.subject = String(text).slice(0, MOST_SUBJECT_CHARS);
      });
      function people(/** @type {any[]} */ list) {
        noted.count += list.length;
        noted.to = noted.to.concat(addresses(list)).slice(0, MOST_PEOPLE);
      }
      begin(function (heard) { item.to.getAsync(heard); }, people);
      begin(function (heard) { item.cc.getAsync(heard); }, people);
      begin(function (heard) { item.bcc.getAsync(heard); }, function (list) {
        noted.bcc = addresses(list).slice(0, MOST_PEOPLE);
      });
      begin(function (heard) { item.sessionData.getAsync(WISH, heard); }, function (text) {
        noted.wish = JSON.parse(text);
      });
    }));
  }

  /** @param {any[]} list */
  function addresses(list) {
    return list.map(function (person) { return String(person.emailAddress).toLowerCase(); });
  }

  /** Takes an answer where there is one, else gives up. @param {() => void} done @param {(value: any) => void} take */
  function guarded(done, take) {
    return function (/** @type {any} */ result) {
      try {
        if (result.status === "succeeded") take(result.value);
        else done();
      } catch (_) {
        done();
      }
    };
  }

  /**
   * Puts it where the pane looks: the browser's storage, which a pane that is open hears of, and the mailbox's
   * settings, which come to other computers too.
   * @param {Record<string, any>} noted @param {() => void} done
   */
  function keep(noted, done) {
    /** @type {any} */
    var context = Office.context;
    var settings = context.roamingSettings;
    var here = stored(context.partitionKey);
    settings.set(NOTED, noting(settings.get(NOTED), noted, here.settled));
    here.put(noting(here.noted, noted, here.settled));
    settings.saveAsync(function () { done(); });
  }

  /** What the browser keeps, where there is a browser that does. @param {string | undefined} partition */
  function stored(partition) {
    var name = (partition || "") + NOTED;
    try {
      return {
        noted: localStorage.getItem(name),
        settled: String(localStorage.getItem(name + SETTLED)),
        put: function (/** @type {string} */ text) {
          try {
            localStorage.setItem(name, text);
          } catch (_) {
            // The mailbox's settings have it.
          }
        },
      };
    } catch (_) {
      return { noted: null, settled: "", put: function () {} };
    }
  }

  /**
   * The list with this note first, without what the pane has settled, as long as there is room for.
   * @param {any} text @param {Record<string, any>} noted @param {string} settled
   */
  function noting(text, noted, settled) {
    var list = earlier(text).filter(function (other) {
      return other.save !== noted.save && settled.indexOf(other.save) < 0;
    });
    list.unshift(noted);
    while (list.length > 1 && JSON.stringify(list).length > MOST_NOTED_CHARS) list.pop();
    return JSON.stringify(list);
  }

  /** @param {any} text @returns {any[]} */
  function earlier(text) {
    try {
      var list = JSON.parse(text);
      return Array.isArray(list) ? list : [];
    } catch (_) {
      return [];
    }
  }

  // In a page the library waits for somebody who asks whether it is ready.
  if (Office.onReady) Office.onReady();
  Office.actions.associate("onMessageSend", onMessageSend);
})();
