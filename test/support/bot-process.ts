import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Simulator } from "../../simulator/simulator.ts";

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");
/** The line with which the bot says that it is ready, and where. */
const READY = /"url":"([^"]+)"[^\n]*Heddle is running/;

/** What the real bot needs to work with a simulator, but for a folder of its own. */
export function botEnvironment(simulator: Simulator): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    SLACK_API_URL: simulator.apiUrl,
    SLACK_BOT_TOKEN: "xoxb-simulator",
    SLACK_APP_TOKEN: "xapp-simulator",
    OPENAI_BASE_URL: simulator.modelUrl,
    PORT: "0",
  };
}

/** What a bot may not exceed. */
interface Limits {
  /** No file may become larger: to a program that is like a disk that is full. */
  readonly fileBytes?: number;
}

/** The real bot as a process of its own, against a simulator; it can be killed and started again over the same state. */
export class BotProcess implements AsyncDisposable {
  readonly #env: NodeJS.ProcessEnv;
  /** A folder that goes with the bot; `null`: its folder is somebody else's. */
  readonly #ownFolder: string | null;
  #child: ChildProcess | null = null;
  /** Everything it wrote. */
  output = "";
  /** Address of its HTTP API, once it is ready. */
  url = "";

  private constructor(env: NodeJS.ProcessEnv, ownFolder: string | null) {
    this.#env = env;
    this.#ownFolder = ownFolder;
  }

  /** A bot with a data folder of its own, ready. */
  static async start(simulator: Simulator, env: NodeJS.ProcessEnv = {}): Promise<BotProcess> {
    const folder = await mkdtemp(join(tmpdir(), "heddle-bot-"));
    const bot = new BotProcess({ ...botEnvironment(simulator), DATA_DIR: folder, ...env }, folder);
    await bot.start();
    return bot;
  }

  /** A bot with exactly this environment, ready. @param limits - as for `start`. */
  static async launch(env: NodeJS.ProcessEnv, limits: Limits = {}): Promise<BotProcess> {
    const bot = new BotProcess(env, null);
    await bot.start(limits);
    return bot;
  }

  /** Starts it (again) and waits until it is ready. */
  async start({ fileBytes }: Limits = {}): Promise<void> {
    const command = [process.execPath, MAIN];
    // The shell counts in blocks of 512 bytes.
    const blocks = Math.floor((fileBytes ?? 0) / 512);
    const limited = ["sh", "-c", `ulimit -f ${blocks}; exec "$0" "$@"`, ...command];
    const [program = "", ...args] = fileBytes === undefined ? command : limited;
    const child = spawn(program, args, { env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const { promise, resolve: ready, reject } = Promise.withResolvers<void>();
    let said = "";
    const read = (chunk: Buffer): void => {
      said += String(chunk);
      this.output += String(chunk);
      const url = READY.exec(said)?.[1];
      if (url === undefined) return;
      this.url = url;
      said = "";
      ready();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`The bot ended with ${code}:\n${said}`)));
    await promise;
  }

  /** `kill -9`: no chance to put anything in order. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Asks it to stop, and waits. @returns its exit code. */
  async stop(): Promise<number | null> {
    await this.#end("SIGTERM");
    return this.exitCode;
  }

  /** Id of its process; absent: it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** With which code it ended last; `null`: it runs, or was killed. */
  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#ownFolder !== null) await rm(this.#ownFolder, { recursive: true, force: true });
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
