const text = new TextEncoder();

/** Return unpadded base64url (RFC 7515 section 2). */
export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  let raw = "";
  for (const byte of new Uint8Array(bytes)) raw += String.fromCharCode(byte);
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return 256 bits that nobody can guess, as text for a URL. */
export function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** Return the code challenge of a verifier (RFC 7636 section 4.2, `S256`). */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(await crypto.subtle.digest("SHA-256", text.encode(verifier)));
}

export function utf8(value: string): Uint8Array<ArrayBuffer> {
  return text.encode(value);
}
