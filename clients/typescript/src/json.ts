/** Objects and lists within each other. */
const DEEPEST = 64;
const LONGEST_INTEGER = 20;

/**
 * Return what `text` says, or throw a `SyntaxError`: JSON.parse, without what two readers may read differently.
 *
 * `whole` names members of the outer object that are spelled in digits alone: 1 and 1.0 are the same to JavaScript.
 */
export function parseStrict(text: string, whole: readonly string[] = []): unknown {
  const value: unknown = JSON.parse(text); // from here on the text is known to be well-formed
  if (!isPlain(text, value)) scan(text, whole);
  return value;
}

/** The quick way: what is written out the same says nothing twice and no number in another way. */
function isPlain(text: string, value: unknown): boolean {
  const shallow = count(text, "{") + count(text, "[") <= DEEPEST;
  return shallow && !/\\u|\d{20}/.test(text) && JSON.stringify(value) === text;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;

/** JSON.parse keeps the last of two equal members, other readers the first (RFC 8725 section 3.12, RFC 8259 section 4). */
function scan(text: string, whole: readonly string[]): void {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  let name = "";
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token.startsWith('"')) {
      refuseHalves(token);
      const members = open.at(-1);
      if (members && (last === "{" || last === ",")) {
        name = JSON.parse(token) as string;
        if (members.has(name)) throw new SyntaxError("a member stands twice");
        members.add(name);
      }
    } else if (/[-\d]/.test(token)) {
      refuseNumber(token, last === ":" && open.length === 1 && whole.includes(name));
    }
    if (open.length > DEEPEST) throw new SyntaxError("nested too deeply");
    last = token;
  }
}

function refuseNumber(token: string, whole: boolean): void {
  const digits = /^-?\d+$/.test(token);
  if (digits ? token.length > LONGEST_INTEGER : whole || !Number.isFinite(Number(token))) {
    throw new SyntaxError("a number is out of range");
  }
}

/** Half a surrogate pair can be written with an escape, and is no text. */
function refuseHalves(token: string): void {
  if (token.includes("\\u") && /\p{Surrogate}/u.test(JSON.parse(token) as string)) {
    throw new SyntaxError("half a surrogate pair");
  }
}
