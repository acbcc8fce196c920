"use strict";

// `morph(old, fresh)` makes what stands in the page like what was drawn anew, touching only what differs: so focus,
// selection, scroll positions, open details and what somebody typed stay. It gives the elements that changed.
//
// * Forms, links and buttons are never made into others: one that differs is replaced whole, so that nobody presses
//   something else than they read. A form that somebody is in, or has typed into, is left alone.
// * What renews itself (`data-live-url`) is left alone.
// * A revealed value stays for its time, where it is still the value; nothing is revealed that was not.
(() => {
  const WHOLE = "form, a, button, select, textarea, input";
  const TEXT = Node.TEXT_NODE;

  function isElement(node) {
    return node.nodeType === Node.ELEMENT_NODE;
  }

  // What tells a node from others, without what differs each time it is drawn: tokens, and how long ago.
  function signature(node) {
    if (!isElement(node)) {
      return node.textContent.trim();
    }
    const copy = node.cloneNode(true);
    copy.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((token) => token.remove());
    const times = copy.matches("time") ? [copy] : copy.querySelectorAll("time");
    times.forEach((time) => (time.textContent = ""));
    copy.querySelectorAll("[data-live-url], .revealed").forEach((element) => (element.textContent = ""));
    copy.querySelectorAll("details").forEach((details) => details.removeAttribute("open"));
    return copy.outerHTML;
  }

  function isTypedInto(field) {
    if (field.options) {
      const byDefault = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
      return field.value !== byDefault?.value;
    }
    const isChoice = field.type === "checkbox" || field.type === "radio";
    return isChoice ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  }

  function isInUse(element) {
    const fields = [element, ...element.querySelectorAll("input, textarea, select")].filter((field) => field.name);
    return element.contains(document.activeElement) || fields.some(isTypedInto);
  }

  function isAlike(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      return false;
    }
    return !isElement(old) || old.id === fresh.id;
  }

  function takeAttributes(old, fresh) {
    const stays = old.matches("details") ? ["open"] : [];
    const names = new Set([...old.getAttributeNames(), ...fresh.getAttributeNames()].filter((name) => !stays.includes(name)));
    let differs = false;
    for (const name of names) {
      const value = fresh.getAttribute(name);
      if (old.getAttribute(name) !== value) {
        differs = true;
        value === null ? old.removeAttribute(name) : old.setAttribute(name, value);
      }
    }
    return differs;
  }

  // A moment's words grow older by themselves, and a form is only a way to act: neither is news.
  function noteChange(changed, node) {
    const element = isElement(node) ? node : node.parentElement;
    if (element && !element.closest("time, form, [data-renewed-url]")) {
      changed.add(element);
    }
  }

  function leaveFocus(node) {
    if (node.contains(document.activeElement)) {
      document.getElementById("content-start")?.focus({ preventScroll: true });
    }
  }

  function remove(node, changed) {
    noteChange(changed, node.parentElement);
    leaveFocus(node);
    node.remove();
  }

  function hideRevealed(fresh) {
    for (const sensitive of [fresh, ...fresh.querySelectorAll(".sensitive")].filter((one) => one.matches?.(".sensitive"))) {
      sensitive.querySelector(".revealed")?.remove();
      sensitive.querySelector(".masked")?.removeAttribute("hidden");
    }
  }

  function insert(node, before, parent, changed) {
    if (isElement(node)) {
      hideRevealed(node);
    }
    parent.insertBefore(document.createTextNode(" "), before);
    parent.insertBefore(node, before);
    noteChange(changed, node);
  }

  function replace(old, fresh, changed) {
    leaveFocus(old);
    old.replaceWith(fresh);
    noteChange(changed, fresh);
  }

  function morphSensitive(old, fresh, changed) {
    const shown = old.querySelector(".revealed code")?.textContent;
    const now = fresh.querySelector(".revealed code")?.textContent;
    if (shown !== undefined && shown === now) {
      return;
    }
    if (shown === undefined) {
      hideRevealed(fresh);
    }
    if (signature(old) !== signature(fresh) || shown !== undefined) {
      replace(old, fresh, changed);
    }
  }

  function morphElement(old, fresh, changed) {
    if (old.matches("[data-live-url], [data-renews-not]")) {
      return;
    }
    if (old.matches(".sensitive")) {
      morphSensitive(old, fresh, changed);
      return;
    }
    if (old.matches(WHOLE)) {
      if (signature(old) !== signature(fresh) && !isInUse(old)) {
        replace(old, fresh, changed);
      }
      return;
    }
    if (takeAttributes(old, fresh)) {
      noteChange(changed, old);
    }
    morphChildren(old, fresh, changed);
  }

  function morphNode(old, fresh, changed) {
    if (isElement(old)) {
      morphElement(old, fresh, changed);
    } else if (old.data.trim() !== fresh.data.trim()) {
      old.data = fresh.data;
      noteChange(changed, old);
    }
  }

  // Spaces between elements are not looked at; what is put in brings one along.
  function childrenOf(parent) {
    return [...parent.childNodes].filter((node) => isElement(node) || (node.nodeType === TEXT && node.data.trim()));
  }

  function morphChildren(parent, drawn, changed) {
    const old = childrenOf(parent);
    const wanted = childrenOf(drawn);
    const signatures = wanted.map(signature);
    wanted.forEach((node, index) => {
      // What stands here comes later in the new page: something was put in before it.
      const isPutIn = old.length && signatures.indexOf(signature(old[0]), index + 1) > 0 && signature(old[0]) !== signatures[index];
      const partner = isPutIn ? -1 : old.findIndex((candidate) => isAlike(candidate, node));
      if (partner < 0) {
        insert(node, old[0] ?? null, parent, changed);
      } else {
        old.splice(0, partner).forEach((gone) => remove(gone, changed));
        morphNode(old.shift(), node, changed);
      }
    });
    old.forEach((gone) => remove(gone, changed));
  }

  window.morph = (old, fresh) => {
    const changed = new Set();
    morphElement(old, fresh, changed);
    return [...changed].filter((element) => element.isConnected);
  };
})();
