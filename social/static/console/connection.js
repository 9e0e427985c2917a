// On the page that adds a connection: the callback URL follows the id, and only what the
// chosen provider knows is shown. Without it all is shown, and ID stands in the URL.
"use strict";

const card = document.querySelector(".console-callback");
const shown = document.getElementById("console-callback");
const id = document.getElementById("id_provider_id");
const provider = document.getElementById("id_provider");
const copy = card.querySelector("[data-copy]");
const places = [...card.querySelectorAll("[data-provider]")];

function follow() {
  const { before, after } = shown.dataset;
  shown.value = before + (id.value.trim() || "ID") + after;
  copy.textContent = "Copy";
}

function fit() {
  const chosen = places.find((place) => place.dataset.provider === provider.value);
  for (const place of places) {
    place.hidden = Boolean(chosen) && place !== chosen;
  }
  const used = chosen ? chosen.dataset.uses.split(" ") : null;
  for (const name of card.dataset.optional.split(" ")) {
    const field = document.getElementById(`id_${name}`);
    const row = field && field.closest(".field-line, .form-row, [class*='field-']");
    if (row) {
      row.hidden = Boolean(used) && !used.includes(name);
    }
  }
}

id.addEventListener("input", follow);
provider.addEventListener("change", fit);
follow();
fit();
