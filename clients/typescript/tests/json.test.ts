import { expect, it } from "vitest";
import { parseStrict } from "../src/json.js";

it.each([
  ["a member that stands twice", '{"a":1,"a":1}'],
  ["one that stands twice under two spellings, at any depth", '{"a":[{"b":1,"\\u0062":2}]}'],
  ["a number without end", '{"a":1e999}'],
  ["a whole number with a fraction", '{"exp":1700000000.0}'],
  ["a whole number with an exponent", '{"exp":17e8}'],
  ["no JSON", "{a:1}"],
])("refused: %s", (_, text) => {
  expect(() => parseStrict(text, ["exp"])).toThrow(SyntaxError);
});

it("what is plain is read", () => {
  const text = '{"a":"b","b":{"a":["a","a"]},"c":-1.5,"d":"1.0, {\\"d\\":","e":{}}';
  expect(parseStrict(text)).toEqual(JSON.parse(text));
});
