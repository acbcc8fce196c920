// Shows only what belongs to the chosen country. Without it the form works all the same: the server checks again.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const country = document.getElementById("id_country");
  const type = document.getElementById("id_identification_type");
  if (!country || !type) {
    return;
  }
  const groups = Array.from(type.querySelectorAll("optgroup"));
  const otherFields = document.querySelectorAll(".field-other_country_name, .field-other_country_code");
  const typeField = type.closest(".field");

  function belongs(group) {
    return group.firstElementChild.value.startsWith(`${country.value}:`);
  }

  function narrow() {
    const matching = groups.filter(belongs);
    groups.forEach((group) => group.remove());
    matching.forEach((group) => type.append(group));
    if (!type.value.startsWith(`${country.value}:`)) {
      type.value = "";
    }
    if (typeField) {
      typeField.hidden = matching.length === 0;
    }
    otherFields.forEach((field) => {
      field.hidden = country.value !== "other";
    });
  }

  country.addEventListener("change", narrow);
  narrow();
});
