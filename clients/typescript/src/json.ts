/**
 * Return what `text` says, or throw a `SyntaxError`.
 *
 * JSON.parse, without what readers disagree on: doubled members, endless numbers, and whole ones written as `1.0`.
 */
export function parseStrict(text: string): unknown {
  const value: unknown = JSON.parse(text); // from here on the text is known to be well-formed
  if (JSON.stringify(value) !== text) scan(text); // what is written out the same says nothing twice: the quick way
  return value;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;

/** JSON.parse keeps the last of two equal members, other readers the first (RFC 8725 section 3.12, RFC 8259 section 4). */
function scan(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token.startsWith('"')) {
      const members = open.at(-1);
      if (members && (last === "{" || last === ",")) {
        const name = JSON.parse(token) as string;
        if (members.has(name)) throw new SyntaxError("a member stands twice");
        members.add(name);
      }
    } else if (/[-\d]/.test(token)) plain(token);
    last = token;
  }
}

function plain(token: string): void {
  const value = Number(token);
  if (!Number.isFinite(value)) throw new SyntaxError("a number is out of range");
  if (Number.isInteger(value) && /[.eE]/.test(token))
    throw new SyntaxError("a whole number is written as another");
}
