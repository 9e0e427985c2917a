/** What the server asks a passkey, as `beginPasskey`, `mfaOptions`, `enrollment.passkey` and `me.mfa.enroll` return it. */
export interface Asked {
  options?: unknown;
}

/**
 * Have the browser make a passkey; return what `enrollment.confirmPasskey` and `me.mfa.confirm` take.
 *
 * On a page of the issuer's origin only (WebAuthn section 5.1.3). Throws the browser's `DOMException`, such as
 * `NotAllowedError` where the person shut the dialog.
 */
export async function createPasskey(asked: Asked, signal?: AbortSignal): Promise<PublicKeyCredentialJSON> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(publicKeyOf(asked));
  return answered(await navigator.credentials.create({ publicKey, ...(signal && { signal }) }));
}

/** Have the browser show a passkey; return what `passkey` and `mfa` take. Throws as `createPasskey` does. */
export async function getPasskey(asked: Asked, signal?: AbortSignal): Promise<PublicKeyCredentialJSON> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(publicKeyOf(asked));
  return answered(await navigator.credentials.get({ publicKey, ...(signal && { signal }) }));
}

// biome-ignore lint/suspicious/noExplicitAny: the browser checks it, member by member
function publicKeyOf({ options }: Asked): any {
  return (options as { publicKey?: unknown } | undefined)?.publicKey ?? options;
}

function answered(credential: Credential | null): PublicKeyCredentialJSON {
  if (!credential) throw new DOMException("There is no passkey.", "NotAllowedError");
  return (credential as PublicKeyCredential).toJSON();
}

/** Return the bytes of base64url, for browsers without `parseRequestOptionsFromJSON` (before 2025). */
export function toBuffer(text: string): ArrayBuffer {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0)).buffer;
}

/** Return base64url without padding. */
export function toText(buffer: ArrayBuffer): string {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
