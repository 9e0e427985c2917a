import { ConfigurationError, WebhookInvalid } from "./errors.js";

export { WebhookInvalid };

/** Headers as a framework has them: Fetch's, or Node's object. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A genuine webhook. `id` is the same in a repetition; `timestamp` is in Unix seconds. */
export interface Webhook {
  readonly id: string;
  readonly timestamp: number;
  readonly payload: unknown;
}

const TOLERANCE = 300; // seconds

/**
 * Return a webhook that is genuine and of the last five minutes; throws `WebhookInvalid`.
 *
 * Standard Webhooks, symmetric signatures (`v1`). `body` is what came, byte for byte. Several secrets serve while one
 * replaces another.
 */
export async function verify(
  headers: WebhookHeaders,
  body: string | Uint8Array,
  secret: string | readonly string[],
): Promise<Webhook> {
  const id = header(headers, "webhook-id");
  const sent = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature").split(" ").slice(0, 20);
  if (!/^\d{1,12}$/.test(sent)) throw new WebhookInvalid("Expected Unix seconds in webhook-timestamp.");
  if (Math.abs(Date.now() / 1000 - Number(sent)) > TOLERANCE) {
    throw new WebhookInvalid(`Expected a webhook of the last ${TOLERANCE} seconds.`);
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const prefix = new TextEncoder().encode(`${id}.${sent}.`);
  const signed = new Uint8Array(prefix.length + bytes.length);
  signed.set(prefix);
  signed.set(bytes, prefix.length);
  for (const one of typeof secret === "string" ? [secret] : secret) {
    const key = await keyOf(one);
    for (const signature of signatures) {
      const given = signature.startsWith("v1,") ? decoded(signature.slice(3)) : undefined;
      // compares in constant time: Web Cryptography, section 31.6.2
      if (given && (await crypto.subtle.verify("HMAC", key, given, signed))) {
        return { id, timestamp: Number(sent), payload: parsed(bytes) };
      }
    }
  }
  throw new WebhookInvalid("No signature fits the secret and the body.");
}

function header(headers: WebhookHeaders, name: string): string {
  const found =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  if (typeof found !== "string" || found === "")
    throw new WebhookInvalid(`Expected the header ${name} once.`);
  return found;
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const raw = decoded(secret.replace(/^whsec_/, ""));
  if (!raw || raw.length < 16) {
    throw new ConfigurationError("A webhook secret must be base64, after whsec_, of at least 16 bytes.");
  }
  return crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function decoded(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    // as it is: whoever wrote it holds the secret, so a member that stands twice deceives nobody
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new WebhookInvalid("Expected a body of JSON.");
  }
}
