// Makes the hosted pages quicker to use. Each of them works without it, but for passkeys.
const all = (selector) => [...document.querySelectorAll(selector)];

document.querySelector("[data-focus]")?.focus();
all("[data-scripted]").forEach((element) => (element.hidden = false));
all("input[data-reveal]").forEach(addReveal);
if (window.PublicKeyCredential) {
  all("form[data-passkey]").forEach((form) => (form.hidden = false));
  all("form[data-passkey=get][data-conditional]").slice(0, 1).forEach(offer);
}

// -- a password can be looked at

function addReveal(input) {
  const button = document.createElement("button");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.type = "button";
  button.className = "reveal";
  button.title = input.dataset.reveal;
  button.setAttribute("aria-label", input.dataset.reveal);
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false)); // no browser remembers it as text
  show(false);
  input.after(button);
}

// -- a form is sent once

function setBusy(form, busy) {
  form.toggleAttribute("data-busy", busy);
  for (const button of form.querySelectorAll("[type=submit]")) {
    button.setAttribute("aria-disabled", String(busy));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) {
    return;
  }
  if ("busy" in form.dataset) {
    event.preventDefault();
    return;
  }
  setBusy(form, true);
  if (form.dataset.passkey && !form.elements.credential.value) {
    event.preventDefault();
    usePasskey(form);
  }
});

addEventListener("pageshow", (event) => {
  if (event.persisted) {
    all("form[data-busy]").forEach((form) => setBusy(form, false));
  }
});

// -- codes can be copied and printed

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) {
    print();
  }
  const button = event.target.closest("[data-copy]");
  if (!button) {
    return;
  }
  const source = document.getElementById(button.dataset.copy);
  const parts = [...source.querySelectorAll("code")];
  const text = (parts.length ? parts : [source]).map((part) => part.textContent.trim());
  const status = button.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(text.join("\n"));
    status.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(source); // not allowed: one key press is left to do
  }
});

// -- passkeys: the answer goes into the field `credential`, as JSON

let waiting; // the offer in the address field: a browser does one thing at a time

async function ask(form, how) {
  const given = JSON.parse(form.querySelector("script").textContent);
  const making = form.dataset.passkey === "create";
  const publicKey = (making ? readCreation : readRequest)(given.publicKey ?? given);
  const credential = await navigator.credentials[making ? "create" : "get"]({ publicKey, ...how });
  form.elements.credential.value = JSON.stringify(write(credential));
  form.submit();
}

async function usePasskey(form) {
  const fault = form.querySelector("[role=alert]");
  waiting?.abort();
  fault.textContent = "";
  try {
    await ask(form, {});
  } catch {
    fault.textContent = form.dataset.failed;
    setBusy(form, false);
  }
}

async function offer(form) {
  try {
    if (await PublicKeyCredential.isConditionalMediationAvailable?.()) {
      waiting = new AbortController();
      await ask(form, { mediation: "conditional", signal: waiting.signal });
    }
  } catch {
    // nobody chose one: the page has other ways
  }
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readRequest(given) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(given);
  }
  const allowCredentials = (given.allowCredentials ?? []).map(readKey);
  return { ...given, challenge: bytes(given.challenge), allowCredentials };
}

function readCreation(given) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(given);
  }
  const user = { ...given.user, id: bytes(given.user.id) };
  const excludeCredentials = (given.excludeCredentials ?? []).map(readKey);
  return { ...given, challenge: bytes(given.challenge), user, excludeCredentials };
}

function readKey(key) {
  return { ...key, id: bytes(key.id) };
}

function write(credential) {
  try {
    return credential.toJSON();
  } catch {
    // an older browser, or a password manager in its place
  }
  const { id, rawId, type, authenticatorAttachment, response: given } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const held = names.filter((name) => given[name]).map((name) => [name, text(given[name])]);
  const response = { ...Object.fromEntries(held), transports: given.getTransports?.() };
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults, response };
}
