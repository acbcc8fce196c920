"use strict";

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

  document.addEventListener("renewed", watchAll);
  watchAll();
})();
