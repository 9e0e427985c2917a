import { AuthError, Unavailable } from "../errors.js";
import { random } from "../oidc/encoding.js";

const STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:10vh auto;padding:0 1rem}";

/** Return an answer of one sentence. */
export function answered(text: string, status: number): Response {
  return new Response(text, {
    status,
    headers: { "Cache-Control": "no-store", "Content-Type": "text/plain" },
  });
}

/** Return the page about a sign-in that failed, with a link that begins it again; throws what is none of ours. */
export function failed(error: unknown, login: string): Response {
  if (!(error instanceof AuthError)) throw error;
  if (error instanceof Unavailable) {
    const response = refusal("Signing in does not work at the moment. Try again shortly.", login, 503);
    response.headers.set("Retry-After", String(Math.ceil(error.retryAfter ?? 5)));
    return response;
  }
  const code = error.code.replace(/[^\w-]/g, "").slice(0, 64); // it may come from the address
  return refusal(`The sign-in failed (${code}).`, login, 400);
}

function refusal(text: string, login: string, status: number): Response {
  const nonce = random();
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Not signed in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style nonce="${nonce}">${STYLE}</style>
<main><h1>You are not signed in</h1><p>${escaped(text)}</p><p><a href="${escaped(login)}">Sign in</a></p></main></html>`;
  return html(page, `style-src 'nonce-${nonce}'`, status);
}

/** Return a page that posts at once: an ID token in an address would end up in logs and in the history. */
export function posting(action: string, fields: Record<string, string>): Response {
  const nonce = random();
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join("");
  const page = `<!doctype html><title>Sign out</title><form method="post" action="${escaped(action)}">${inputs}
<noscript><button>Sign out</button></noscript></form><script nonce="${nonce}">document.forms[0].submit()</script>`;
  return html(page, `script-src 'nonce-${nonce}'`, 200);
}

function html(page: string, allowed: string, status: number): Response {
  return new Response(page, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "Content-Security-Policy": `default-src 'none'; ${allowed}; frame-ancestors 'none'; base-uri 'none'`,
    },
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
