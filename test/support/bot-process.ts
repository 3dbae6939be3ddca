import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Simulator } from "../../simulator/simulator.ts";

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");
const READY = "Heddle is running";

/** The real bot as a process of its own, against a simulator; it can be killed and started again over the same state. */
export class BotProcess implements AsyncDisposable {
  readonly #env: NodeJS.ProcessEnv;
  readonly #dataDir: string;
  #child: ChildProcess | null = null;
  /** Everything it wrote. */
  output = "";
  /** Address of its HTTP API, once it is ready. */
  url = "";

  private constructor(dataDir: string, env: NodeJS.ProcessEnv) {
    this.#dataDir = dataDir;
    this.#env = env;
  }

  static async start(simulator: Simulator, env: NodeJS.ProcessEnv = {}): Promise<BotProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), "heddle-bot-"));
    const bot = new BotProcess(dataDir, {
      PATH: process.env["PATH"],
      SLACK_API_URL: simulator.apiUrl,
      SLACK_BOT_TOKEN: "xoxb-simulator",
      SLACK_APP_TOKEN: "xapp-simulator",
      OPENAI_BASE_URL: simulator.modelUrl,
      PORT: "0",
      DATA_DIR: dataDir,
      ...env,
    });
    await bot.start();
    return bot;
  }

  /** Starts it (again) and waits until it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const { promise, resolve: ready, reject } = Promise.withResolvers<void>();
    const read = (chunk: Buffer): void => {
      this.output += String(chunk);
      const url = /"url":"([^"]+)"[^\n]*Heddle is running/.exec(
        this.output.slice(this.output.lastIndexOf(`"url"`) - 200),
      )?.[1];
      if (String(chunk).includes(READY)) {
        this.url = url ?? "";
        ready();
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`The bot ended with ${code}:\n${this.output}`)));
    await promise;
  }

  /** `kill -9`: no chance to put anything in order. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGTERM");
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

/** Runs the bot with an environment until it ends by itself. */
export async function runUntilExit(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const [code] = await once(child, "close");
  return { code, output };
}
