import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { freePort } from "../../scripts/free-port.ts";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { contentOf, tsOf } from "../support/bot.ts";
import { BotProcess, botEnvironment } from "../support/bot-process.ts";
import { json, type LoopbackServer, startLoopbackServer } from "../support/loopback-server.ts";
import { clickOn, see } from "../support/slack-assertions.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { until, untilAskedAnew } from "../support/until.ts";

const APPROVALS = "C0APPROVALS";
/** In HTTP mode no caller is served without one. */
const API_TOKEN = "token-of-the-operator";

/** The bot over HTTP, its answers to Slack passing through our hands, with a bank whose answers are in our hands as well. */
class Stage implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly bot: BotProcess;
  readonly bank: LoopbackServer;
  readonly bob: Person;
  readonly #folder: string;
  readonly #stack: AsyncDisposableStack;
  readonly #hands: { keepsAcks: boolean; keepsPayments: boolean };

  private constructor(
    parts: Pick<Stage, "simulator" | "bot" | "bank">,
    folder: string,
    stack: AsyncDisposableStack,
    hands: { keepsAcks: boolean; keepsPayments: boolean },
  ) {
    this.simulator = parts.simulator;
    this.bot = parts.bot;
    this.bank = parts.bank;
    this.bob = new Person(parts.simulator.url, "U0BOB");
    this.#folder = folder;
    this.#stack = stack;
    this.#hands = hands;
  }

  static async open(): Promise<Stage> {
    const stack = new AsyncDisposableStack();
    const hands = { keepsAcks: false, keepsPayments: false };
    const folder = await mkdtemp(join(tmpdir(), "heddle-kill-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const port = await freePort();
    const proxy = stack.use(
      await startTcpProxy(`http://127.0.0.1:${port}`, (client, upstream) => {
        client.on("data", (chunk) => upstream.write(chunk));
        upstream.on("data", (chunk) => {
          if (!hands.keepsAcks) client.write(chunk);
        });
      }),
    );
    const eventsUrl = `http://127.0.0.1:${proxy.port}/slack/events`;
    const simulator = stack.use(await openSimulator({ realistic: false, eventsUrl }));
    const paid = json(200, { paid: true });
    const bank = stack.use(
      await startLoopbackServer((request, response) => {
        if (!hands.keepsPayments) paid(request, response);
      }),
    );
    const { SLACK_APP_TOKEN: _socket, ...env } = botEnvironment(simulator);
    const bot = stack.use(
      await BotProcess.launch({
        ...env,
        SLACK_SIGNING_SECRET: "simulator",
        API_TOKEN,
        DATA_DIR: folder,
        PORT: String(port),
        HTTP_ALLOW_HOSTS: "127.0.0.1",
      }),
    );
    return new Stage({ simulator, bot, bank }, folder, stack, hands);
  }

  /** Keeps what the bot answers to Slack, or what the bank answers to the bot, until the bot was killed. */
  keep(what: "keepsAcks" | "keepsPayments"): void {
    this.#hands[what] = true;
  }

  /** Makes calls to a method of Slack take longer than the test. */
  async slow(method: string): Promise<void> {
    const fault = { target: "slack", method, delay_ms: 60_000, times: 1 };
    const response = await fetch(`${this.simulator.url}/sim/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    });
    expect(response.status).toBe(200);
  }

  /** Resolves when a call to a method that was slowed down is under way. */
  async untilCalled(method: string): Promise<void> {
    await until(async () => {
      const waiting = toObjects((await this.bob.see("faults"))["faults"]);
      return waiting.some((fault) => fault["method"] === method) ? undefined : true;
    });
  }

  /** Asks whether to pay; with a pause between decision and payment or without. @returns the run and its card. */
  async ask(pausesFor: string | null) {
    const ask = { channel: "#approvals", title: "Pay the bill?", approvers: ["@finance"] };
    const next = { approve: pausesFor === null ? "pay" : "pause", reject: "end" };
    const pause = { id: "pause", type: "wait", config: { duration: pausesFor }, next: "pay" };
    const body = { amount: 500 };
    const config = { service: "http", method: "POST", url: this.bank.url, body };
    const steps = [
      { id: "ask", type: "approval", config: ask, next },
      ...(pausesFor === null ? [] : [pause]),
      { id: "pay", type: "service", config },
    ];
    await this.#api("POST", "/api/workflows", { id: "bill", name: "Bill", steps });
    const started = await this.#api("POST", "/api/workflows/bill/execute", {});
    const { executionId } = started;
    if (typeof executionId !== "string") throw new Error("Nothing was started.");
    return { executionId, card: await see(this.bob, APPROVALS, /decide_approve/) };
  }

  /** The votes in the store, read beside the bot. */
  votesInStore(): number {
    using database = new DatabaseSync(join(this.#folder, "heddle.db"), { readOnly: true });
    const rows = database.prepare("SELECT id FROM inbox WHERE kind = 'decision'").all();
    return rows.length;
  }

  async killAndStart(): Promise<void> {
    await this.bot.kill();
    this.#hands.keepsAcks = false;
    this.#hands.keepsPayments = false;
    await fetch(`${this.simulator.url}/sim/faults`, { method: "DELETE" });
    await this.bot.start();
  }

  async run(executionId: string): Promise<JsonObject> {
    return this.#api("GET", `/api/executions/${executionId}`);
  }

  async #api(method: string, path: string, body?: object): Promise<JsonObject> {
    const response = await fetch(`${this.bot.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_TOKEN}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!isJsonObject(answer)) throw new Error(`${path} gave no object.`);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

interface Point {
  /** What happened, and what did not, when the bot dies. */
  readonly between: string;
  readonly pausesFor?: string;
  /** Before the click. */
  readonly prepare?: (stage: Stage) => Promise<void> | void;
  /** Resolves when the bot is to die. */
  readonly reached: (stage: Stage, clicked: Promise<JsonObject>) => Promise<unknown>;
  /** What is known at that point. */
  readonly votes?: number;
  readonly payments?: number;
}

const POINTS: readonly Point[] = [
  {
    between: "the click was received and not recorded",
    prepare: async (stage) => {
      await untilAskedAnew();
      await stage.slow("usergroups.users.list");
    },
    reached: (stage) => stage.untilCalled("usergroups.users.list"),
    votes: 0,
    payments: 0,
  },
  {
    between: "the click was recorded and not acknowledged",
    prepare: (stage) => stage.keep("keepsAcks"),
    reached: (stage) => until(async () => (stage.votesInStore() > 0 ? true : undefined)),
    votes: 1,
  },
  {
    between: "the click was acknowledged and the card not updated",
    prepare: (stage) => stage.slow("chat.update"),
    reached: (_stage, clicked) => clicked,
    votes: 1,
  },
  {
    between: "the card was updated and the payment not begun",
    pausesFor: "2s",
    reached: (stage) => see(stage.bob, APPROVALS, /Approved/),
    votes: 1,
    payments: 0,
  },
  {
    between: "the payment was begun and the card not updated",
    prepare: async (stage) => {
      stage.keep("keepsPayments");
      await stage.slow("chat.update");
    },
    reached: (stage) => until(async () => (stage.bank.received.length > 0 ? true : undefined)),
    votes: 1,
    payments: 1,
  },
  {
    between: "the card was updated and the payment begun, but not known to be done",
    prepare: (stage) => stage.keep("keepsPayments"),
    reached: async (stage) => {
      await see(stage.bob, APPROVALS, /Approved/);
      await until(async () => (stage.bank.received.length > 0 ? true : undefined));
    },
    votes: 1,
    payments: 1,
  },
];

test.for(POINTS)("a bot that dies when $between loses nothing and pays once", async (point) => {
  await using stage = await Stage.open();
  const { executionId, card } = await stage.ask(point.pausesFor ?? null);
  const click = clickOn(card, APPROVALS, "decide_approve");

  await point.prepare?.(stage);
  const clicked = stage.bob.act("action", click);
  await point.reached(stage, clicked);
  if (point.votes !== undefined) expect(stage.votesInStore()).toBe(point.votes);
  if (point.payments !== undefined) expect(stage.bank.received).toHaveLength(point.payments);
  await stage.killAndStart();
  const { acked } = await clicked;
  // Who was not told that the click arrived clicks again; who was told does not.
  if (acked !== true) await stage.bob.act("action", click);

  const run = await until(async () => {
    const view = await stage.run(executionId);
    return view["status"] === "completed" ? view : undefined;
  });
  expect(run["stepResults"]).toMatchObject({
    ask: { output: { decision: "approve", decidedBy: "U0BOB", votes: [{ by: "U0BOB" }] } },
  });
  // The bank recognizes a payment by its key: tried again, it is the same one.
  const keys = new Set(stage.bank.received.map(({ headers }) => headers["idempotency-key"]));
  expect(keys.size).toBe(1);
  expect([...keys][0]).toBeTruthy();
  await see(stage.bob, APPROVALS, /\*Approved\* by <@U0BOB>/);
  const cards = (await stage.bob.messages(APPROVALS)).filter(
    (message) => message["ephemeral"] !== true,
  );
  expect(cards.map(tsOf)).toEqual([tsOf(card)]);
  expect(contentOf(cards[0] ?? {})).not.toContain("decide_approve");
});
