import { BadRequest, ConfigurationError } from "../errors.js";

/** Return a path with its parts encoded; throws `BadRequest` for a part that cannot stand there. */
export function path(fixed: TemplateStringsArray, ...parts: readonly string[]): string {
  return fixed.reduce((made, text, at) => made + encoded(parts[at - 1]) + text);
}

/** A URL parser takes `.` and `..` for folders, `%2e` too, so that they cannot be sent at all. */
function encoded(part: unknown): string {
  if (typeof part !== "string" || part === "" || part === "." || part === "..") {
    throw new BadRequest("Expected an id, got none or one of dots only.", 400, { code: "invalid_input" });
  }
  try {
    return encodeURIComponent(part);
  } catch (cause) {
    throw new BadRequest("Expected an id of whole characters.", 400, { code: "invalid_input", cause });
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Return the issuer without a slash at its end; throws `ConfigurationError` unless it is https or the loopback. */
export function checkedIssuer(issuer: unknown): string {
  let url: URL;
  try {
    url = new URL(String(issuer));
  } catch {
    throw new ConfigurationError("issuer must be an address, such as https://id.example.com.");
  }
  const secure = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (!secure || url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError(
      "issuer must be an https address (http on the loopback only), without a query.",
    );
  }
  return String(issuer).replace(/\/$/, "");
}
