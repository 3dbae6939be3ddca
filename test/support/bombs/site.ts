import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { isJsonObject, type JsonObject } from "../../../simulator/json.ts";
import { openSimulator } from "../../../simulator/simulator.ts";
import { readOwn } from "../../../src/shared/json.ts";
import { BotProcess } from "../bot-process.ts";
import { until } from "../until.ts";

const TOKEN = "token-of-the-operator";
const SIGNING_SECRET = "simulator";
const MONITOR = new URL("./loop-monitor.ts", import.meta.url);

/** What another server answers, by the path or the model that it is asked for. */
export type Answers = Readonly<Record<string, RequestListener>>;

/** The real bot as a process of its own, whose event loop is watched from inside, and all that bombs can be put into. */
export class BombSite implements AsyncDisposable {
  readonly #bot: BotProcess;
  readonly #stack: AsyncDisposableStack;
  /** Of the server that the bot's steps and model calls reach. */
  readonly outside: string;
  #reports = 0;

  private constructor(bot: BotProcess, outside: string, stack: AsyncDisposableStack) {
    this.#bot = bot;
    this.outside = outside;
    this.#stack = stack;
  }

  static async open(answers: Answers): Promise<BombSite> {
    await using stack = new AsyncDisposableStack();
    const simulator = stack.use(await openSimulator({ realistic: false }));
    const outside = await listen(stack, answers);
    const bot = stack.use(
      await BotProcess.start(simulator, {
        NODE_OPTIONS: `--import ${MONITOR.href}`,
        SLACK_APP_TOKEN: "",
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        API_TOKEN: TOKEN,
        HTTP_ALLOW_HOSTS: "127.0.0.1",
        LLM_BOMB_BASE_URL: `${outside}/v1`,
        LLM_BOMB_API_KEY: "none",
        SQLITE_SYNCHRONOUS: "off",
      }),
    );
    return new BombSite(bot, outside, stack.move());
  }

  /** Calls the API. */
  async ask(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.#bot.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Sends the bot what Slack would, signed. */
  async slack(body: string, type = "application/json"): Promise<number> {
    const at = String(Math.floor(Date.now() / 1000));
    const key = createHmac("sha256", SIGNING_SECRET).update(`v0:${at}:${body}`).digest("hex");
    const response = await fetch(`${this.#bot.url}/slack/events`, {
      method: "POST",
      body,
      headers: {
        "content-type": type,
        "x-slack-request-timestamp": at,
        "x-slack-signature": `v0=${key}`,
      },
    });
    await response.text();
    return response.status;
  }

  /** Deploys a workflow, runs it to its end and looks at the run, as programs and pages do. @returns the run. */
  async run(definition: JsonObject, variables: JsonObject = {}): Promise<JsonObject> {
    await this.deploy(definition);
    return this.start(textOf(definition["id"]), variables);
  }

  async deploy(definition: JsonObject): Promise<void> {
    const { status, text } = await this.ask("POST", "/api/workflows", JSON.stringify(definition));
    if (status >= 300) throw new Error(text.slice(0, 2000));
  }

  /** Runs a workflow to its end. @returns the run. */
  async start(workflowId: string, variables: JsonObject): Promise<JsonObject> {
    const body = JSON.stringify({ variables });
    const { text } = await this.ask("POST", `/api/workflows/${workflowId}/execute`, body);
    const executionId = readOwn(JSON.parse(text), "executionId");
    if (typeof executionId !== "string") throw new Error(text.slice(0, 2000));
    return this.endOf(executionId);
  }

  async endOf(executionId: string): Promise<JsonObject> {
    return until(async () => {
      const { text } = await this.ask("GET", `/api/executions/${executionId}`);
      const run: unknown = JSON.parse(text);
      return isJsonObject(run) && run["completedAt"] !== null ? run : undefined;
    });
  }

  /** Milliseconds of the reference processor for which one turn kept the event loop at most, since this was last called. */
  async longestTurn(): Promise<number> {
    // What was sent is handled before what is sent now.
    await this.ask("GET", "/healthz");
    this.#reports += 1;
    const report = new RegExp(`loop report ${this.#reports}: (\\d+) ms`);
    if (this.#bot.pid !== undefined) process.kill(this.#bot.pid, "SIGUSR2");
    return until(async () => {
      const found = report.exec(this.#bot.output);
      return found === null ? undefined : Number(found[1]);
    });
  }

  /** What the bot logged as an error. */
  get errors(): readonly string[] {
    return this.#bot.output.split("\n").filter((line) => /"level":(?:50|60)/.test(line));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A text; empty if it is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

async function listen(stack: AsyncDisposableStack, answers: Answers): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      const model = body.startsWith("{") ? textOf(readOwn(JSON.parse(body), "model")) : "";
      const answer = answers[model === "" ? (request.url ?? "").slice(1) : model];
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return `http://127.0.0.1:${address.port}`;
}
