"use strict";

// Buttons with `data-copy` put that text on the clipboard and say so.
(() => {
  const announcer = () => document.getElementById("announcer");
  document.documentElement.classList.add("can-copy");

  function copyThroughSelection(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }

  async function copy(text) {
    if (!navigator.clipboard) {
      return copyThroughSelection(text);
    }
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyThroughSelection(text);
    }
  }

  function tell(button, copied) {
    button.classList.toggle("copied", copied);
    const region = announcer();
    if (region) {
      region.textContent = copied ? document.body.dataset.wordsCopied : document.body.dataset.wordsNotCopied;
    }
    setTimeout(() => {
      button.classList.remove("copied");
      if (region) {
        region.textContent = "";
      }
    }, 1500);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      const copied = await copy(button.dataset.copy);
      button.focus();
      tell(button, copied);
    }
  });
})();
