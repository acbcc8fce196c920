"use strict";

// What goes wrong with a passkey is said on the page; the browser alone knows why, and says it in the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-trouble").hidden = false;
});
