/** What a `WWW-Authenticate: Bearer` challenge says (RFC 6750 section 3); {} without one. */
export function bearerChallenge(header: string | null): Record<string, string> {
  const found: Record<string, string> = {};
  const bearer = /(?:^|,\s*)Bearer\s+(.*)$/i.exec(header ?? "");
  for (const [, name, quoted, bare] of (bearer?.[1] ?? "").matchAll(/(\w+)=(?:"([^"]*)"|([^\s,"]+))/g)) {
    if (name) found[name.toLowerCase()] ??= quoted ?? bare ?? "";
  }
  return found;
}
