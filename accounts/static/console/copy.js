// Copies what an input or a <pre> holds: <button data-copy="its id">.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) {
    return;
  }
  const source = document.getElementById(button.dataset.copy);
  if (source.select) {
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    document.execCommand("copy"); // without https there is no clipboard API
  }
  button.textContent = "Copied";
});
