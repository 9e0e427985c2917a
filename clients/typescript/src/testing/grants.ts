import type { TokenOptions } from "./claims.js";
import type { Answer, Question } from "./server.js";

const UNKEPT = { "Cache-Control": "no-store", Pragma: "no-cache" };
const UNPLAYED = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];

/**
 * Answer a request for a token of an application that acts for itself (RFC 6749 section 4.4).
 *
 * A test has no register of applications: any id is good with any secret, and all that is asked for is granted.
 */
export async function granted(
  { headers, text }: Question,
  mint: (options: TokenOptions) => Promise<string>,
): Promise<Answer> {
  const form = new URLSearchParams(await text());
  const grant = form.get("grant_type");
  if (!grant) return refused("invalid_request");
  if (UNPLAYED.includes(grant)) return refused("unauthorized_client");
  if (grant !== "client_credentials") return refused("unsupported_grant_type");
  const header = headers.get("authorization");
  const [clientId, secret] = header ? halves(header) : [form.get("client_id"), form.get("client_secret")];
  if (!clientId || !secret) return unknown(header !== null);
  const scope = form.get("scope") ?? "";
  const scopes = scope.split(" ").filter(Boolean);
  const audience = form.get("resource");
  const token = await mint({ clientId, scopes, ...(audience && { audience }) });
  const body = { access_token: token, token_type: "Bearer", expires_in: 300, scope: scopes.join(" ") };
  return { status: 200, headers: UNKEPT, body };
}

/** Both halves of a Basic header, form-encoded each (RFC 6749 section 2.3.1). */
function halves(header: string): (string | undefined)[] {
  try {
    const pair = atob(header.replace(/^basic /i, ""));
    const at = pair.indexOf(":");
    return [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)].map((half) =>
      decodeURIComponent(half.replaceAll("+", " ")),
    );
  } catch {
    return [];
  }
}

/** A challenge is for who sent a header (RFC 6749 section 5.2). */
function unknown(byHeader: boolean): Answer {
  const { body } = refused("invalid_client");
  const challenge = { ...UNKEPT, "WWW-Authenticate": 'Basic realm="testing"' };
  return byHeader ? { status: 401, headers: challenge, body } : { status: 400, headers: UNKEPT, body };
}

function refused(error: string): Answer {
  return { status: 400, headers: UNKEPT, body: { error } };
}
