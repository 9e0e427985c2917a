import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { SOURCES, snippets } from "./snippets.js";

/** What stands around a snippet in whoever's code, by its heading. */
const AROUND: Record<string, string> = {
  Express: 'declare const app: import("express").Express;',
  Fastify: 'declare const app: import("fastify").FastifyInstance;',
  Hono: 'declare const app: import("hono").Hono;',
  React: "declare function App(): import('react').ReactNode;",
  Testing: 'import { afterAll, beforeAll, expect, test } from "vitest"; declare const url: string;',
  "Own screens":
    "declare const email: string, password: string; declare function ask(what: string): Promise<string>;" +
    "declare function keep(tokens: { access_token: string }): void;",
  Webhooks: "declare const request: Request;",
  "Without a framework": "declare function render(state: { isSignedIn: boolean }): void;",
};
const HEADLESS = 'declare const headless: import("@ntt-auth/client/headless").Headless;';

function sources(): Map<string, string> {
  const pages = ["README.md", "docs/client.md", "docs/browser.md"];
  const found = pages.flatMap((page) =>
    snippets(page).map(({ title, language, code }, at) => {
      const around =
        (AROUND[title] ?? "") + (/\bheadless = /.test(code) || !code.includes("headless.") ? "" : HEADLESS);
      const hook = /in App: (const .*?;) /.exec(code)?.[1];
      const whole = [
        around,
        code,
        hook && `export function Inner() { ${hook} return [user, login, logout, fetch]; }`,
      ];
      const name = `tests/${page.replaceAll(/\W/g, "-")}-${at}.${language}`;
      return [resolve(name), [...whole, "export {};"].filter(Boolean).join("\n")] as const;
    }),
  );
  return new Map(found);
}

test("the snippets of every page are of the types of the package", () => {
  const files = sources();
  expect(files.size).toBeGreaterThanOrEqual(12);
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const paths = Object.fromEntries(Object.entries(SOURCES).map(([name, path]) => [name, [resolve(path)]]));
  const lenient = { noUnusedLocals: false, noEmit: true, paths };
  const host = ts.createCompilerHost({ ...options, ...lenient });
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...files.keys()], { ...options, ...lenient }, host);
  const told = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(told).toEqual([]);
}, 60_000);
