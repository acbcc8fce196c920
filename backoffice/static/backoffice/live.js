"use strict";

// An element with `data-live-url` is fetched every `data-live-seconds` and replaced by the answer's first element,
// until the answer carries `data-live-done` (or no address any more). It rests while the tab is hidden, and says so
// when the connection is lost. A changed `data-say` is read out, once, by the page's announcer: a region that is itself
// replaced would be read out whole each time, or not at all.
(() => {
  const DEFAULT_SECONDS = 5;
  const LONGEST_WAIT_SECONDS = 60;

  function secondsOf(element) {
    return Number(element.dataset.liveSeconds) || DEFAULT_SECONDS;
  }

  function isDone(element) {
    return !element.dataset.liveUrl || element.hasAttribute("data-live-done");
  }

  function parse(text) {
    return new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
  }

  function sayLost(element, words) {
    let note = element.querySelector(".live-lost");
    if (!note) {
      note = document.createElement("span");
      note.className = "live-lost";
      note.setAttribute("role", "status");
      element.append(note);
    }
    note.textContent = words;
  }

  function replace(element, fresh) {
    const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
    if (fresh.dataset.say && fresh.dataset.say !== element.dataset.say) {
      document.getElementById("announcer").textContent = fresh.dataset.say;
    }
    element.replaceWith(fresh);
    if (focused && document.getElementById(focused)) {
      document.getElementById(focused).focus();
    }
  }

  async function fetchFresh(element) {
    const response = await fetch(element.dataset.liveUrl, { headers: { "X-Requested-With": "live" } });
    if (response.redirected || response.status === 401 || response.status === 403) {
      return { signedOut: true };
    }
    if (!response.ok) {
      throw new Error(`status ${response.status}`);
    }
    return { fresh: parse(await response.text()) };
  }

  function watch(element, renewedAt = new Date(), failures = 0) {
    if (isDone(element)) {
      return;
    }
    const wait = Math.min(secondsOf(element) * 2 ** failures, Math.max(LONGEST_WAIT_SECONDS, secondsOf(element)));
    setTimeout(() => whenVisible(() => renew(element, renewedAt, failures)), wait * 1000);
  }

  function whenVisible(action) {
    if (!document.hidden) {
      action();
      return;
    }
    const resume = () => {
      if (!document.hidden) {
        document.removeEventListener("visibilitychange", resume);
        action();
      }
    };
    document.addEventListener("visibilitychange", resume);
  }

  async function renew(element, renewedAt, failures) {
    if (!element.isConnected) {
      return;
    }
    try {
      const { fresh, signedOut } = await fetchFresh(element);
      if (signedOut) {
        sayLost(element, document.body.dataset.wordsSignedOut);
        return;
      }
      if (!fresh) {
        element.remove();
        return;
      }
      if (fresh.outerHTML !== element.outerHTML) {
        replace(element, fresh);
        watch(fresh);
        return;
      }
      watch(element);
    } catch {
      sayLost(element, `${document.body.dataset.wordsLost} ${renewedAt.toLocaleTimeString()}`);
      watch(element, renewedAt, failures + 1);
    }
  }

  document.querySelectorAll("[data-live-url]").forEach((element) => watch(element));
})();
