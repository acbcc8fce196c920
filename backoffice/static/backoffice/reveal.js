"use strict";

// A button with `data-reveal` shows its value in place: nothing that was typed, opened or scrolled to is lost. Where that
// does not work (somebody signed in too long ago), its form is sent as without a script; a form that more than the button
// belongs to stays as it is, and what to do is said beside the button.
//
// What stands in an element with `data-hide-after` is taken out of the page after that many seconds; the mask beside
// it comes back. The clock runs on while the tab is hidden, and a page that is gone back to shows nothing old.
(() => {
  function hide(element) {
    const mask = element.parentElement.querySelector(".masked");
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    mask.hidden = false;
    if (hadFocus) {
      mask.querySelector("button")?.focus();
    }
  }

  function watch(element) {
    const end = Date.now() + Number(element.dataset.hideAfter) * 1000;
    const shown = element.querySelector("[data-seconds]");
    const watching = new AbortController();
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0) {
        clearInterval(timer);
        watching.abort();
        hide(element);
      } else {
        shown.textContent = left;
      }
    };
    const timer = setInterval(tick, 500);
    document.addEventListener("visibilitychange", tick, { signal: watching.signal });
    window.addEventListener("pageshow", tick, { signal: watching.signal });
  }

  const watched = new WeakSet();
  function watchAll() {
    for (const element of document.querySelectorAll("[data-hide-after]")) {
      if (!watched.has(element)) {
        watched.add(element);
        watch(element);
      }
    }
  }

  async function drawAnew(button, field) {
    const address = button.getAttribute("formaction") ?? button.form.action;
    const body = new URLSearchParams(new FormData(button.form, button));
    const response = await fetch(address, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const drawn = page.getElementById(field.id);
    if (!drawn?.querySelector(".revealed")) {
      throw new Error(`status ${response.status}`);
    }
    return drawn;
  }

  function saySo(button, field) {
    const words = field.querySelector("[data-not-revealed]");
    if (words) {
      words.hidden = false;
    } else {
      button.form.submit();
    }
  }

  async function reveal(button) {
    const field = button.closest(".sensitive");
    button.setAttribute("aria-busy", "true");
    try {
      const drawn = await drawAnew(button, field);
      // The page may have renewed itself meanwhile.
      document.getElementById(field.id)?.replaceWith(drawn);
      watchAll();
      drawn.querySelector("[data-copy]").focus();
    } catch {
      button.removeAttribute("aria-busy");
      saySo(button, field);
    }
  }

  // The click and not the sending: a form that is sent once only is not sent by this.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) {
      event.preventDefault();
      if (!button.hasAttribute("aria-busy")) {
        reveal(button);
      }
    }
  });

  document.addEventListener("renewed", watchAll);
  watchAll();
})();
