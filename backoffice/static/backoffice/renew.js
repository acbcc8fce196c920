"use strict";

// The page of an object of the provider renews itself in place. While somebody can see it, it asks every two seconds
// whether the object was read or changed since it was drawn (`data-renewed-url`, `data-mark`), less often after some
// minutes without a change. Where it was, the page is drawn anew by the same address, and what differs is taken over
// (morph.js). Its requests are no sign of a person.
(() => {
  const PACES = [
    { until: 5 * 60, seconds: 2 },
    { until: 30 * 60, seconds: 10 },
    { until: Infinity, seconds: 60 },
  ];
  const LONGEST_WAIT_SECONDS = 60;
  const WORDS_STAY_SECONDS = 60;
  const LIVE = { "X-Requested-With": "live" };

  const line = () => document.querySelector("[data-renewed-url]");
  if (!line()) {
    return;
  }

  let lastNews = Date.now();
  let failures = 0;
  let isOpened = true;
  let timer = 0;
  let wordsTimer = 0;

  function pace() {
    const rested = (Date.now() - lastNews) / 1000;
    const usual = PACES.find(({ until }) => rested < until).seconds;
    return failures ? Math.min(usual * 2 ** failures, LONGEST_WAIT_SECONDS) : usual;
  }

  function say(words) {
    const note = document.getElementById("renewed-note");
    clearTimeout(wordsTimer);
    // Said again where it was said before: a region that does not change is not read out.
    note.textContent = "";
    setTimeout(() => (note.textContent = words), 50);
    wordsTimer = setTimeout(() => (note.textContent = ""), WORDS_STAY_SECONDS * 1000);
  }

  function stop(words) {
    say(words);
    clearTimeout(wordsTimer);
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", whenSeen);
  }

  async function ask(address) {
    const response = await fetch(address, { headers: LIVE });
    if (response.redirected || response.status === 401 || response.status === 403) {
      stop(document.body.dataset.wordsSignedOut);
      return null;
    }
    if (response.status === 404) {
      stop(document.body.dataset.wordsLost);
      return null;
    }
    if (!response.ok) {
      throw new Error(`status ${response.status}`);
    }
    return response;
  }

  function checkAddress() {
    const address = new URL(line().dataset.renewedUrl, location.href);
    address.searchParams.set("mark", line().dataset.mark);
    if (isOpened) {
      address.searchParams.set("opened", "yes");
    }
    return address;
  }

  function mark(changed) {
    changed.forEach((element) => (element.dataset.changed = ""));
    document.dispatchEvent(new CustomEvent("renewed"));
  }

  function takeOver(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const { state: before, changedAt } = line().dataset;
    document.querySelectorAll("[data-changed]").forEach((element) => element.removeAttribute("data-changed"));
    const changed = [...document.querySelectorAll("[data-renews]")].flatMap((part) => {
      const drawn = fresh.querySelector(`[data-renews="${part.dataset.renews}"]`);
      return drawn ? window.morph(part, drawn) : [];
    });
    mark(changed);
    const state = line().dataset.state;
    if (line().dataset.changedAt !== changedAt) {
      say(line().dataset.wordsUpdated);
    } else if (state !== before && line().dataset.words) {
      document.getElementById("announcer").textContent = line().dataset.words;
    }
  }

  async function renew() {
    const response = await ask(location.href.split("#")[0]);
    if (response) {
      takeOver(await response.text());
      lastNews = Date.now();
    }
    return response !== null;
  }

  async function check() {
    const response = await ask(checkAddress());
    isOpened = false;
    if (response === null) {
      return false;
    }
    return response.status === 204 || renew();
  }

  async function turn() {
    let goesOn = true;
    try {
      goesOn = await check();
      failures = 0;
    } catch {
      failures += 1;
    }
    if (goesOn) {
      plan();
    }
  }

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) {
      timer = setTimeout(turn, pace() * 1000);
    }
  }

  function whenSeen() {
    clearTimeout(timer);
    if (!document.hidden) {
      isOpened = true;
      lastNews = Date.now();
      turn();
    }
  }

  document.addEventListener("visibilitychange", whenSeen);
  if (!document.hidden) {
    turn();
  }
})();
