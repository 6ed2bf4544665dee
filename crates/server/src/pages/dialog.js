// Hands this page's message to the pane. Where that fails, or the window is
// still open after a moment, the code to type appears.
(() => {
  "use strict";
  const page = document.querySelector("[data-message]");
  if (!page) return;
  const message = page.dataset.message;
  const typed = page.querySelector("[data-typed]");
  const waiting = page.querySelector("[data-waiting]");

  const show = () => {
    if (!typed || !typed.hidden) return;
    if (waiting) waiting.hidden = true;
    typed.hidden = false;
    typed.querySelector("[tabindex]").focus();
  };

  const send = () => {
    const ui = window.Office && Office.context && Office.context.ui;
    if (!ui) return show();
    try {
      // Only a page of this very server may hear it.
      ui.messageParent(message, { targetOrigin: window.location.origin });
    } catch (_) {
      try {
        // Older hosts know no target; they send to the same origin anyway.
        ui.messageParent(message);
      } catch (_) {
        show();
      }
    }
  };

  const begin = () => {
    if (window.Office && Office.onReady) {
      Office.onReady().then(send, show);
    } else {
      show();
    }
  };

  setTimeout(show, 3000);
  const library = document.getElementById("office-js");
  if (window.Office) {
    begin();
  } else {
    library.addEventListener("load", begin);
    library.addEventListener("error", show);
  }
})();
