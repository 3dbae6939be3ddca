import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Logger, pino } from "pino";
import { isJsonObject, type JsonObject } from "../../../simulator/json.ts";
import { openSimulator, type Simulator } from "../../../simulator/simulator.ts";
import { secretValues } from "../../../src/app/build-engine.ts";
import { loadConfig } from "../../../src/app/config.ts";
import { createRedactor } from "../../../src/app/log.ts";
import { startBot } from "../../../src/app/start-bot.ts";
import { KnownSecrets } from "../../../src/shared/known-secrets.ts";
import { pause } from "../pause.ts";
import { until } from "../until.ts";
import { assertForPeople } from "./for-people.ts";
import { CANARY } from "./odd-values.ts";

export const API_TOKEN = `${CANARY}-api-token`;
export const HOOK_SECRET = `${CANARY}-hook`;
export const SIGNING_SECRET = "simulator";

/** Refusals by which Slack says that a call was wrongly made, whatever it was about. */
const WRONG_CALLS =
  /^(?:invalid_blocks|invalid_arguments|invalid_arg_name|invalid_json|invalid_metadata|invalid_view|view_too_large|msg_too_long|msg_blocks_too_long|no_text|internal_error)/;

/** Errors of the language: code that logs one has a defect. */
const DEFECTS = new Set(["TypeError", "RangeError", "ReferenceError", "SyntaxError", "ZodError"]);

export interface StageOptions {
  readonly mode: "socket" | "http";
  readonly definitions: readonly JsonObject[];
  /** Answers the bot's requests to its model. @default the simulator's stand-in does */
  readonly model?: RequestListener;
}

/** The whole bot as it is started in production, in this process, against a simulator; with secrets planted. */
export class Stage implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly #stack: AsyncDisposableStack;
  readonly #failures: string[] = [];
  /** What the bot logged last as a warning or worse. */
  readonly #warnings: string[] = [];
  readonly #dataDir: string;
  /** Address of the bot's HTTP server. */
  url = "";

  private constructor(simulator: Simulator, dataDir: string, stack: AsyncDisposableStack) {
    this.simulator = simulator;
    this.#dataDir = dataDir;
    this.#stack = stack;
  }

  static async open({ mode, definitions, model }: StageOptions): Promise<Stage> {
    const stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "heddle-fuzz-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    let stage: Stage | null = null;
    // The simulator has to know where to send before the bot says where it listens.
    const door = await listen(stack, (incoming, response) => {
      const to = `${stage?.url ?? ""}${incoming.url ?? ""}`;
      const { method, headers } = incoming;
      const sent = request(to, { ...(method && { method }), headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      sent.on("error", () => response.destroy());
      incoming.pipe(sent);
    });
    const simulator = stack.use(
      await openSimulator({
        realistic: false,
        ...(mode === "http" && { eventsUrl: `${door}/slack/events` }),
      }),
    );
    const workflowsDir = join(folder, "workflows");
    await mkdir(workflowsDir);
    for (const [index, definition] of definitions.entries())
      await writeFile(join(workflowsDir, `${index}.json`), JSON.stringify(definition));
    stage = new Stage(simulator, join(folder, "data"), stack);
    const modelUrl = model === undefined ? simulator.modelUrl : `${await listen(stack, model)}/v1`;
    await stage.#start({ mode, workflowsDir, modelUrl });
    return stage;
  }

  async #start(where: {
    readonly mode: "socket" | "http";
    readonly workflowsDir: string;
    readonly modelUrl: string;
  }): Promise<void> {
    const config = loadConfig({
      SLACK_API_URL: this.simulator.apiUrl,
      SLACK_BOT_TOKEN: "xoxb-simulator",
      ...(where.mode === "http"
        ? { SLACK_SIGNING_SECRET: SIGNING_SECRET }
        : { SLACK_APP_TOKEN: "xapp-simulator" }),
      OPENAI_BASE_URL: where.modelUrl,
      OPENAI_API_KEY: `${CANARY}-model-key`,
      DATA_DIR: this.#dataDir,
      SQLITE_SYNCHRONOUS: "off",
      PORT: "0",
      WORKFLOWS_DIR: where.workflowsDir,
      API_TOKEN,
      SECRET_CANARY: CANARY,
      SECRET_HOOK: HOOK_SECRET,
    });
    this.#watchSlack();
    const secrets = new KnownSecrets(secretValues(config));
    const logger = this.#logger(createRedactor(secrets));
    const stop = await startBot({
      ...{ config, logger, secrets },
      onOutdated: (remedy) => this.#failures.push(`The bot is outdated: ${remedy}`),
      onRefused: (remedy) => this.#failures.push(`Slack refuses the bot: ${remedy}`),
      onBroken: (why) => this.#failures.push(`The bot is broken: ${why}`),
    });
    this.#stack.defer(stop);
    if (this.#failures.length > 0) throw new Error(this.#failures.join("\n"));
  }

  #logger(redact: (text: string) => string): Logger {
    const write = (line: string): void => {
      if (line.includes(CANARY)) this.#failures.push(`A secret was logged: ${line}`);
      const entry: unknown = JSON.parse(line);
      if (!isJsonObject(entry)) return;
      const { url, err, level } = entry;
      if (typeof url === "string" && line.includes("Heddle is running")) this.url = url;
      const { type, message } = isJsonObject(err) ? err : {};
      if (Number(level) >= 40) this.#warnings.push(line.slice(0, 5000));
      if (line.includes("a listener failed")) this.#failures.push(line);
      this.#warnings.splice(0, this.#warnings.length - 3);
      if (line.includes("could not deploy")) this.#failures.push(line);
      if (Number(level) >= 60 || isDefect(type, message))
        this.#failures.push(`The log shows a defect: ${line}`);
    };
    return pino({ level: "debug", base: null, hooks: { streamWrite: redact } }, { write });
  }

  /** Everything that the bot shows people passes through Slack's methods. */
  #watchSlack(): void {
    this.simulator.workspace.traffic.subscribe((entry) => {
      if (entry.type !== "call") return;
      const said = JSON.stringify(entry.args);
      const isWrong = entry.error !== undefined && WRONG_CALLS.test(entry.error);
      // Of people who are not there Slack's simulator says the same.
      if (isWrong && !JSON.stringify(entry.response).includes("not found"))
        this.#failures.push(
          `${entry.method} was refused: ${JSON.stringify(entry.response)} for ${said.slice(0, 20_000)}`,
        );
      try {
        assertForPeople(said);
      } catch (error) {
        this.#failures.push(`${entry.method}: ${String(error)}`);
      }
    });
  }

  /** @throws {Error} for the first thing that went wrong since it was asked last. */
  assertSound(): void {
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined)
      throw new Error(`${failure}\nLogged last: ${this.#warnings.join("")}`);
  }

  /** Calls the bot's API with the right token. */
  async call(method: string, path: string, body?: unknown): Promise<JsonObject> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return isJsonObject(answer) ? answer : {};
  }

  /** A run of `steady` still works from its start to its end. */
  async assertWorks(): Promise<void> {
    const started = await this.call("POST", "/api/workflows/steady/execute", {
      note: "still here",
    });
    const { executionId } = started;
    if (typeof executionId !== "string") throw new Error(JSON.stringify(started));
    const ended = await until(async () => {
      // Also callers with the right token may ask twenty times a second.
      await pause(100);
      const view = await this.call("GET", `/api/executions/${executionId}`);
      return view["completedAt"] === null ? undefined : view;
    });
    if (ended["output"] !== "still here") throw new Error(JSON.stringify(ended));
    this.assertSound();
  }

  /** Stops the bot, and checks its database. */
  async finish(): Promise<void> {
    await this.assertWorks();
    const path = join(this.#dataDir, "heddle.db");
    using database = new DatabaseSync(path, { readOnly: true });
    const [row] = database.prepare("PRAGMA integrity_check").all();
    if (row?.["integrity_check"] !== "ok") throw new Error(JSON.stringify(row));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A request that failed on its way is a TypeError as well. */
function isDefect(type: unknown, message: unknown): boolean {
  const isOfNetwork = typeof message === "string" && message.startsWith("fetch failed");
  return typeof type === "string" && DEFECTS.has(type) && !isOfNetwork;
}

async function listen(stack: AsyncDisposableStack, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
