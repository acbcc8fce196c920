"use strict";

// Forms with `data-submit-once` cannot be sent twice by a double click (the server refuses the second one anyway);
// forms with `data-drop-empty` leave out what was not filled in, so that addresses stay short.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-drop-empty]")) {
      for (const field of form.elements) {
        field.disabled = field.name !== "" && field.value === "";
      }
    }
    if (form.matches("[data-submit-once]")) {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      form.querySelectorAll("button[type=submit]").forEach((button) => button.classList.add("sending"));
    }
  });

  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-submit-once], [data-drop-empty]")) {
      delete form.dataset.sent;
      form.querySelectorAll("button.sending").forEach((button) => button.classList.remove("sending"));
      for (const field of form.elements) {
        if (form.matches("[data-drop-empty]")) {
          field.disabled = false;
        }
      }
    }
  });
})();
