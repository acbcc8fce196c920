"use strict";

// The navigation on narrow screens, and panels that close on Escape or a click elsewhere.
// Without this script the menu button jumps to the navigation, and panels close by their own summary.
(() => {
  const button = document.querySelector("[data-menu]");
  const menu = button && document.getElementById(button.dataset.menu);

  function setMenu(open) {
    menu.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  }

  if (menu) {
    button.setAttribute("role", "button");
    button.setAttribute("aria-controls", menu.id);
    setMenu(false);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      setMenu(!menu.classList.contains("open"));
      if (menu.classList.contains("open")) {
        menu.querySelector("a").focus();
      }
    });
    button.addEventListener("keydown", (event) => {
      if (event.key === " ") {
        event.preventDefault();
        button.click();
      }
    });
  }

  function openPanels() {
    return document.querySelectorAll("details[data-menu-details][open]");
  }

  document.addEventListener("click", (event) => {
    for (const panel of openPanels()) {
      if (!panel.contains(event.target)) {
        panel.open = false;
      }
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    for (const panel of openPanels()) {
      panel.open = false;
      panel.querySelector("summary").focus();
    }
    if (menu && menu.classList.contains("open")) {
      setMenu(false);
      button.focus();
    }
  });
})();
