import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CLIENT_ID, CLIENT_SECRET } from "../simulator/identity.ts";
import { openOnFreePort, PortTakenError } from "../simulator/open-on-free-port.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { readSimulatorEnvironment } from "../simulator/simulator-environment.ts";
import { lockFolder } from "../simulator/workspace/folder-lock.ts";
import { isFree } from "./free-port.ts";
import { seedSampleRuns } from "./sample-runs/seed-sample-runs.ts";

/**
 * `npm run demo`: the simulated Slack workspace with its fakes in this process, and the real bot
 * (`src/main.ts`) in another. If the bot is killed, it is started again, and nothing is lost.
 */

const MAIN = resolve(import.meta.dirname, "../src/main.ts");
const WORKFLOWS_DIR = resolve(import.meta.dirname, "../workflows");
const DEFAULT_DATA_DIR = "./data/demo";
const DEFAULT_PORT = 3000;
const EX_CONFIG = 78;
/** Milliseconds until a bot that is not ready is reported. */
const READY_MS = 20_000;
const RESTART_MS = 1000;
/** A bot that ends sooner failed to start. */
const EARLY_MS = 5000;
/** Failed starts in a row after which the demo gives up. */
const MAX_EARLY_ENDS = 3;

/** Variables of the shell that would connect the demo's bot to other systems. */
const NOT_INHERITED =
  /^(SLACK_|SMTP_|DATABASE_URL|OPENAI_API_KEY$|LLM_|API_TOKEN$|API_TOKEN_OWNER$|ADMINS$|SLASH_COMMAND$)/;

const dataDir = process.env["DATA_DIR"] || DEFAULT_DATA_DIR;
const environment: NodeJS.ProcessEnv = { ...process.env, DATA_DIR: dataDir };

/** The bot's process, kept alive until the demo ends. */
class Bot {
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #stopping = false;
  #startedAt = 0;
  #earlyEnds = 0;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  start(): void {
    const log = createWriteStream(join(dataDir, "bot.log"), { flags: "a" });
    const child = spawn(process.execPath, [MAIN], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.pipe(log);
    child.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
    child.once("exit", (code, signal) => this.#ended(code, signal));
    this.#child = child;
    this.#startedAt = performance.now();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    if (code === EX_CONFIG) {
      console.error("The bot could not start; the reason stands above.");
      process.exit(EX_CONFIG);
    }
    this.#earlyEnds = performance.now() - this.#startedAt < EARLY_MS ? this.#earlyEnds + 1 : 0;
    if (this.#earlyEnds >= MAX_EARLY_ENDS) {
      console.error(
        `The bot ended ${MAX_EARLY_ENDS} times in a row right after its start; the reason stands above.`,
      );
      process.exit(1);
    }
    console.log(`The bot ended (${signal ?? `exit code ${code}`}); starting it again.`);
    setTimeout(() => this.start(), RESTART_MS);
  }
}

async function main(): Promise<void> {
  const settings = readSimulatorEnvironment(environment);
  if ("problems" in settings) throw new PortTakenError(settings.problems.join("\n"));
  if (process.argv.includes("--reset")) await reset();
  await mkdir(dataDir, { recursive: true });
  const port = await choosePort();
  const ownModel = environment["OPENAI_BASE_URL"] || null;
  const simulator = await openOnFreePort(settings, console.log, bannerFor(ownModel));
  const samples = await seedSamples();
  const bot = new Bot(botEnvironment(simulator, port, ownModel));
  bot.start();
  const end = (): void => {
    void bot
      .stop()
      .then(() => simulator[Symbol.asyncDispose]())
      .finally(() => process.exit(0));
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  await untilReady(`http://127.0.0.1:${port}/readyz`);
  console.log(introduction(simulator, port, ownModel, samples));
}

/**
 * Adds the sample runs to a new data folder. A configured database gets none.
 *
 * @returns what to say about them; `null` when there is nothing new to say.
 */
async function seedSamples(): Promise<string | null> {
  if (environment["MONGODB_URI"] || existsSync(join(dataDir, "heddle.db"))) return null;
  try {
    const count = await seedSampleRuns({
      dataDir,
      workflowsDir: WORKFLOWS_DIR,
      now: Date.now(),
    });
    return `${count} sample runs over 30 days; their workflows are marked “(sample)”`;
  } catch (error) {
    // The demo works without them.
    const reason = error instanceof Error ? error.message : String(error);
    return `none could be made: ${reason}`;
  }
}

function bannerFor(ownModel: string | null): string {
  const ai =
    ownModel === null
      ? "The AI is a stand-in that decides by simple rules."
      : `The AI answers at ${ownModel}.`;
  return `A Slack workspace on this machine, not Slack itself. ${ai}`;
}

function botEnvironment(
  simulator: Simulator,
  port: number,
  ownModel: string | null,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(environment).filter(([name]) => !NOT_INHERITED.test(name));
  return {
    ...Object.fromEntries(inherited),
    ...withoutProxyToThisMachine(),
    SLACK_API_URL: simulator.apiUrl,
    SLACK_BOT_TOKEN: "xoxb-simulator",
    SLACK_APP_TOKEN: "xapp-simulator",
    SLACK_CLIENT_ID: CLIENT_ID,
    SLACK_CLIENT_SECRET: CLIENT_SECRET,
    OPENAI_BASE_URL: ownModel ?? simulator.modelUrl,
    ...(ownModel !== null &&
      environment["OPENAI_API_KEY"] && { OPENAI_API_KEY: environment["OPENAI_API_KEY"] }),
    ...(simulator.smtpPort !== undefined && {
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: String(simulator.smtpPort),
      EMAIL_FROM: "Heddle <heddle@example.com>",
    }),
    PORT: String(port),
    HOST: "127.0.0.1",
    NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] ?? resolve("node_modules/.cache/node"),
  };
}

/** A proxy of the shell's does not reach what stands on this machine; elsewhere, as for a real model, it is used as before. */
function withoutProxyToThisMachine(): NodeJS.ProcessEnv {
  const given = [environment["no_proxy"], environment["NO_PROXY"]].find((one) => one?.trim());
  // A star alone stands for every host.
  const except =
    given?.trim() === "*"
      ? "*"
      : [given, "localhost", "127.0.0.1", "::1"].filter(Boolean).join(",");
  return { no_proxy: except, NO_PROXY: except };
}

/**
 * Deletes the demo's state: only its own files, since `DATA_DIR` may hold others.
 *
 * @throws {Error} when a running demo has the folder.
 */
async function reset(): Promise<void> {
  const release = await lockFolder(join(dataDir, "simulator"));
  await release();
  const own = ["heddle.db", "heddle.db-wal", "heddle.db-shm", "simulator", "bot.log"];
  await Promise.all(own.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}

/** `PORT` if it is given, else the first free one from 3000. */
async function choosePort(): Promise<number> {
  const given = environment["PORT"];
  if (given) {
    if (!/^\d{1,5}$/.test(given) || Number(given) < 1 || Number(given) > 65_535) {
      throw new PortTakenError("PORT must be a port from 1 to 65535.");
    }
    if (await isFree(Number(given))) return Number(given);
    throw new PortTakenError(
      `Port ${given} is taken. Set PORT to a free port, or unset it to take the next free one.`,
    );
  }
  for (let port = DEFAULT_PORT; ; port += 1) {
    if (await isFree(port)) return port;
    console.log(`Port ${port} is taken; trying ${port + 1}.`);
  }
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const ready = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  console.error(
    `The bot is not ready after ${READY_MS / 1000} s. Its log is ${join(dataDir, "bot.log")}.`,
  );
}

function introduction(
  simulator: Simulator,
  port: number,
  ownModel: string | null,
  samples: string | null,
): string {
  return [
    "",
    `  Slack (simulated)  ${simulator.url}/`,
    `  Console            http://127.0.0.1:${port}/`,
    `  HTTP API           http://127.0.0.1:${port}/api/workflows`,
    `  Inbox              ${simulator.url}/mail`,
    `  AI                 ${ownModel ?? "a stand-in that decides by simple rules; set OPENAI_BASE_URL for a real model"}`,
    `  State              ${stateLine()}`,
    ...(samples === null ? [] : [`  Samples            ${samples}`]),
    "",
    `  Open the first address, type /workflow run expense-approval and fill in the form`,
    "  End with Ctrl-C.",
    "",
  ].join("\n");
}

function stateLine(): string {
  const uri = environment["MONGODB_URI"];
  if (!uri)
    return `${dataDir} (embedded SQLite; the bot's log is in bot.log); npm run demo -- --reset empties it`;
  const withoutLogin = uri.replace(/^([a-z+]+:\/\/)[^/]*@/, "$1");
  return `MongoDB at ${withoutLogin} (the bot's log is ${join(dataDir, "bot.log")})`;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(error instanceof PortTakenError ? EX_CONFIG : 1);
}
