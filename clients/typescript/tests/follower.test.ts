import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Follower } from "../src/follower.js";
import { type Row, subjectsOf } from "../src/revocations.js";
import { half } from "../src/sha256.js";

const issuer = "https://id.example.com";
let answers: ((url: string, headers: Headers) => Response | Promise<Response>)[];
let asked: { url: string; known: string | null }[];
let follower: Follower;

function row(sid: string): Row {
  const view = new DataView(new ArrayBuffer(16));
  for (const [at, word] of half(`session:${sid}`).entries()) view.setUint32(at * 4, word);
  const subject = Buffer.from(view.buffer).toString("base64url");
  return { kind: "session", subject, issued_before: null, expires_at: "2100-01-01T00:00:00Z" };
}

const page = (rows: Row[], next_cursor: string, has_more = false) => {
  return () =>
    Response.json({ data: rows, next_cursor, has_more }, { headers: { ETag: `W/"${next_cursor}"` } });
};
const empty =
  (status: number, headers = {}) =>
  () =>
    new Response(null, { status, headers });
/** Say one thing of an answer another time. */
const twice = async (answer: Response, once: string, both: string) => {
  const text = await answer.text();
  expect(text).toContain(once);
  return new Response(text.replace(once, both));
};
const refuses = (sid: string) => follower.refuses(subjectsOf({ sid }, ""), 1);

function following(changes: { background?: boolean; maxRevocations?: number } = {}): Follower {
  const fetch = async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    asked.push({ url: url.slice(issuer.length), known: headers.get("if-none-match") });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return (answer ?? empty(500))(url, headers);
  };
  const options = { issuer, timeout: 5, background: true, maxRevocations: 1000, ...changes };
  return new Follower({ ...options, fetch });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  vi.spyOn(Math, "random").mockReturnValue(0);
  [answers, asked] = [[page([], "a.0")], []];
  follower = following();
});
afterEach(() => {
  follower.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const wait = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

it("a timer reads it once a second, from where it stood, naming what it has", async () => {
  answers = [page([], "a.0"), empty(304), page([row("s1")], "a.1"), empty(304)];
  await follower.poll();
  await wait(1.01);
  expect(refuses("s1")).toBe(false);
  await wait(1.01);
  expect(refuses("s1")).toBe(true);
  await wait(1.01);
  const url = "/api/v1/tokens/revocations";
  expect(asked).toEqual([
    { url, known: null },
    { url: `${url}?after=a.0`, known: 'W/"a.0"' },
    { url: `${url}?after=a.0`, known: 'W/"a.0"' },
    { url: `${url}?after=a.1`, known: 'W/"a.1"' },
  ]);
});

it("nothing is read any more once it is closed", async () => {
  await follower.poll();
  follower.close();
  await wait(10);
  expect(asked.length).toBe(1);
  expect(follower.ready()).toBeUndefined();
});

it("a page that is not the last is followed by the next at once, without an ETag", async () => {
  answers = [page([row("s1")], "a.1", true), page([row("s2")], "a.2", true), page([row("s3")], "a.3")];
  await follower.poll();
  expect(asked.map(({ known }) => known)).toEqual([null, null, null]);
  expect(follower.size).toBe(3);
});

it("a restarted feed is read from its beginning, and what was known stays until it is whole", async () => {
  answers = [
    page([row("s1")], "a.1"),
    empty(410),
    page([row("s2")], "b.1", true),
    empty(500),
    page([], "b.2"),
  ];
  await follower.poll();
  await follower.poll();
  expect([refuses("s1"), refuses("s2")]).toEqual([true, true]);
  await follower.poll();
  expect([refuses("s1"), refuses("s2")]).toEqual([false, true]);
  expect(asked.map(({ url }) => url.split("?")[1])).toEqual([
    undefined,
    "after=a.1",
    undefined,
    "after=b.1",
    "after=b.1",
  ]);
});

it("what was read of a feed that restarts again refuses until all is read", async () => {
  const [begun, gone] = [page([row("s2")], "b.1", true), empty(410)];
  answers = [page([row("s1")], "a.1"), gone, begun, gone, page([row("s3")], "c.1", true), empty(500)];
  await follower.poll();
  await follower.poll();
  expect([refuses("s1"), refuses("s2"), refuses("s3")]).toEqual([true, true, true]);
  answers = [page([], "c.2")];
  await follower.poll();
  expect([refuses("s1"), refuses("s2"), refuses("s3")]).toEqual([false, false, true]);
});

it("a feed that is gone from its beginning is no endless loop", async () => {
  answers = [empty(410)];
  await follower.poll();
  expect(asked.length).toBe(1);
});

describe("while it cannot be read", () => {
  it("it is asked more slowly, 30 seconds apart at most, and once a second again when it is back", async () => {
    answers = [empty(503)];
    await follower.poll();
    const at: number[] = [];
    for (let second = 1; second <= 130; second++) {
      const before = asked.length;
      await wait(1);
      if (asked.length > before) at.push(second);
    }
    const gaps = at.map((second, i) => second - (at[i - 1] ?? 0));
    expect(gaps.slice(0, 4).every((gap, i) => Math.abs(gap - 2 ** (i + 1)) <= 1)).toBe(true);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31);
    answers = [page([], "a.0")];
    await wait(31);
    const before = asked.length;
    await wait(5);
    expect(asked.length - before).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ["8", 8],
    ["86400", 30],
    ["Thu, 01 Jan 2099 00:00:00 GMT", 30],
    ["soon", 2],
  ])("Retry-After: %s is kept for %i seconds", async (value, seconds) => {
    answers = [empty(429, { "Retry-After": value })];
    await follower.poll();
    await wait(seconds - 0.5);
    expect(asked.length).toBe(1);
    await wait(1);
    expect(asked.length).toBe(2);
  });

  it("the first token waits, no other one", async () => {
    let fail = () => {};
    const slow = new Promise<Response>((_, reject) => {
      fail = () => reject(new TypeError("fetch failed"));
    });
    answers = [() => slow];
    const first = follower.ready();
    expect(first).toBeInstanceOf(Promise);
    expect(follower.ready()).toBe(first);
    fail();
    await first;
    answers = [() => new Promise<Response>(() => {})];
    await wait(3); // the second poll is on its way, and hangs
    expect(asked.length).toBe(2);
    expect(follower.ready()).toBeUndefined();
  });

  it.each([
    ["garbage", () => new Response("garbage")],
    ["null", () => Response.json(null)],
    ["no rows", () => Response.json({ data: {}, next_cursor: "a.2", has_more: false })],
    ["no cursor", () => Response.json({ data: [], next_cursor: null, has_more: false })],
    ["a row of nothing", () => Response.json({ data: [null], next_cursor: "a.2", has_more: false })],
    ["a page that stands still", page([], "a.1", true)],
    ["two lists of rows", () => twice(page([row("s2")], "a.2")(), '"data":', '"data":[],"data":')],
    [
      "a row of two ends",
      () => twice(page([row("s2")], "a.2")(), '"expires_at":', '"expires_at":"x","expires_at":'),
    ],
    ["a page of 5 MB", () => new Response(" ".repeat(5 << 20))],
  ])("by %s, what is known stays", async (_, answer) => {
    answers = [page([row("s1")], "a.1"), answer];
    await follower.poll();
    await wait(0.5);
    await follower.poll();
    expect(follower.age).toBeCloseTo(0.5);
    expect(refuses("s1")).toBe(true);
  });
});

it("a process that stood still reads it before it lets a token through", async () => {
  answers = [page([], "a.0"), page([row("s1")], "a.1")];
  await follower.poll();
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 60_000);
  await follower.ready();
  expect(refuses("s1")).toBe(true);
});

it("without a timer it is read as tokens come, once a second", async () => {
  follower = following({ background: false });
  await follower.ready();
  expect(follower.ready()).toBeUndefined();
  await wait(5);
  expect(asked.length).toBe(1);
  await follower.ready();
  expect(asked.length).toBe(2);
});

it("more rows than can be held let nobody in, until they are fewer", async () => {
  const many = Array.from({ length: 2000 }, (_, i) => row(`s${i}`));
  answers = [page(many, "a.2000")];
  await follower.poll();
  expect(() => refuses("s1")).toThrow("maxRevocations");
  answers = [page([row("s1")], "a.2001")];
  await follower.poll();
  expect([refuses("s1"), refuses("s2")]).toEqual([true, false]);
});
