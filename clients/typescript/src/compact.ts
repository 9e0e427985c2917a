import { TIMES } from "./claims.js";
import { TokenInvalid } from "./errors.js";
import { parseStrict } from "./json.js";

/** A compact JWS (RFC 7515 section 7.1), taken apart and not yet believed. */
export interface Compact {
  readonly header: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Of header, payload and signature, in characters: the server's own bounds. */
const MOST = [2048, 8192, 1024] as const;
const LONGEST = 2048 + 8192 + 1024 + 2;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value < 0 ? 255 : value;
});
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Return the parts of a token; throws `TokenInvalid` for anything that is no compact JWS of two JSON objects. */
export function opened(token: string): Compact {
  const parts = typeof token === "string" && token.length <= LONGEST ? token.split(".", 4) : [];
  if (parts.length !== 3 || parts.some((part, at) => part.length < 2 || part.length > (MOST[at] ?? 0))) {
    throw new TokenInvalid("Expected a compact JWS, got something else.");
  }
  const [header = "", payload = "", signature = ""] = parts;
  return {
    header: headerOf(header),
    payload: objectOf(payload, "payload", TIMES),
    signed: encoder.encode(`${header}.${payload}`),
    signature: required(unbase64url(signature), "signature"),
  };
}

/** All tokens of a key have the same header: a few are remembered. */
const headers = new Map<string, Record<string, unknown>>();

function headerOf(part: string): Record<string, unknown> {
  const known = headers.get(part);
  if (known) return known;
  const header = Object.freeze(objectOf(part, "header"));
  if (headers.size >= 128) headers.clear();
  headers.set(part, header);
  return header;
}

/** Return the bytes of unpadded, canonical base64url (RFC 4648 sections 3.5, 5), or nothing. */
export function unbase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? 255;
    if (value === 255) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
    }
  }
  return held & ((1 << bits) - 1) ? undefined : bytes;
}

function objectOf(part: string, name: string, whole: readonly string[] = []): Record<string, unknown> {
  const bytes = required(unbase64url(part), name);
  let value: unknown;
  try {
    value = parseStrict(utf8.decode(bytes), whole);
  } catch {
    throw new TokenInvalid(`The token's ${name} is not JSON, or says something twice.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TokenInvalid(`The token's ${name} is not a JSON object.`);
  }
  return value as Record<string, unknown>;
}

function required(bytes: Uint8Array<ArrayBuffer> | undefined, name: string): Uint8Array<ArrayBuffer> {
  if (!bytes) throw new TokenInvalid(`The token's ${name} is not canonical base64url.`);
  return bytes;
}
