import { expect, it } from "vitest";
import { toBuffer, toText } from "../../src/headless/passkeys.js";

it("takes base64url without padding there and back", () => {
  expect(toText(toBuffer("-_8"))).toBe("-_8");
  expect([...new Uint8Array(toBuffer("-_8"))]).toEqual([251, 255]);
});
