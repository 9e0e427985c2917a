// The server itself, embedded, on an empty database and a free port: as tests/docs/running.py starts it.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../../..");
const PYTHON = join(ROOT, ".venv/bin/python");
const OURS = ["DATABASE_URL", "REDIS_URL", "VAR_DIR", "HOST", "PORT", "ISSUER", "DJANGO_ENV"];

const LETTERS = `
import json
from accounts.outbox.mailbox import latest
print(json.dumps([[m.to, m.text] for m in latest()]))
`;

/** Whether the server can be started here. */
export const installed = existsSync(PYTHON);

export class Service {
  issuer = "";
  readonly #folder = mkdtempSync(join(tmpdir(), "service-"));
  #environment: NodeJS.ProcessEnv = {};
  #process: ChildProcess | undefined;

  /** `host` is what its address names: passkeys need one that is no IP address. */
  async start(host = "127.0.0.1"): Promise<this> {
    const port = await freePort();
    this.issuer = `http://${host}:${port}`;
    const others = Object.entries(process.env).filter(([name]) => !OURS.includes(name));
    const ours = { VAR_DIR: join(this.#folder, "var"), PORT: String(port), ISSUER: this.issuer };
    this.#environment = { ...Object.fromEntries(others), ...ours };
    const log = openSync(join(this.#folder, "log"), "a");
    const options = { cwd: ROOT, env: this.#environment };
    this.#process = spawn(PYTHON, ["-m", "config.start"], { ...options, stdio: ["ignore", log, log] });
    for (let ends = Date.now() + 90_000; !(await this.#ready()); ) {
      if (this.#process.exitCode !== null || Date.now() > ends) {
        throw new Error(`it did not start:\n${readFileSync(join(this.#folder, "log"), "utf8")}`);
      }
      await new Promise((done) => setTimeout(done, 200));
    }
    return this;
  }

  async stop(): Promise<void> {
    const { exitCode } = this.#process ?? { exitCode: 0 };
    if (exitCode === null) {
      const over = new Promise((done) => this.#process?.once("exit", done));
      this.#process?.kill("SIGTERM");
      await over;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Run `manage.py`; return what it prints. */
  async manage(args: readonly string[], input = ""): Promise<string> {
    const done = promisify(execFile)(PYTHON, ["manage.py", ...args], { cwd: ROOT, env: this.#environment });
    done.child.stdin?.end(input);
    return (await done).stdout;
  }

  /** Make something by a command; return it. */
  async make(...args: string[]): Promise<Record<string, string>> {
    return JSON.parse(await this.manage([...args, "--json"]));
  }

  /** Return what the newest mail to an address says, waiting for the one who sends it. */
  async letter(address: string, pattern: RegExp): Promise<string> {
    for (let ends = Date.now() + 30_000; Date.now() < ends; ) {
      const printed = await this.manage(["shell", "--no-imports", "-c", LETTERS]);
      const letters: [string, string][] = JSON.parse(printed.trim().split("\n").at(-1) ?? "[]");
      const found = letters.find(([to, text]) => to === address && pattern.test(text));
      if (found) return pattern.exec(found[1])?.at(-1) ?? "";
    }
    throw new Error(`nothing like ${pattern} was mailed to ${address}`);
  }

  async #ready(): Promise<boolean> {
    return await fetch(`${this.issuer}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === "object" && address ? address.port : 0;
}
