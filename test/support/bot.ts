import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { pino } from "pino";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import type { Limits } from "../../simulator/limits.ts";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { createCredentials } from "../../src/adapters/credentials.ts";
import { createOpenAiModelClient } from "../../src/adapters/llm/openai-model-client.ts";
import { createCron } from "../../src/adapters/node-cron.ts";
import { createSecretRevealer } from "../../src/adapters/secrets.ts";
import { createSlackBot, type SlackBot, type SlackBotConfig } from "../../src/bot/app.ts";
import { createConversations } from "../../src/bot/conversations.ts";
import type { StepType } from "../../src/engine/definition/step-type.ts";
import { createEngine, type RunningEngine } from "../../src/engine/engine.ts";
import { type Clock, systemClock } from "../../src/engine/ports/clock.ts";
import type { Credentials, GivenCredential } from "../../src/engine/ports/credentials.ts";
import type { Service } from "../../src/engine/ports/service.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createCredentialTester } from "../../src/services/http/test-credential.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { withBreakers } from "../../src/services/with-breakers.ts";
import { AppError } from "../../src/shared/errors.ts";
import { KnownSecrets } from "../../src/shared/known-secrets.ts";
import { omitUndefined } from "../../src/shared/omit-undefined.ts";
import type { SlackMeters } from "../../src/slack/meters.ts";
import { createSlackInputChecks } from "../../src/slack/name-checks.ts";
import { createSlackNamePins } from "../../src/slack/name-pins.ts";
import type { ProxySettings } from "../../src/slack/proxy.ts";
import { createSlack, type Slack } from "../../src/slack/slack.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { unmannerlyIn } from "./manners.ts";
import { until } from "./until.ts";

export interface TestBotOptions {
  readonly definitions: readonly JsonObject[];
  /** @default "socket" */
  readonly mode?: "socket" | "http";
  readonly stepTypes?: ReadonlyMap<string, StepType>;
  /** Whether the simulator's rate limits apply. @default false */
  readonly realistic?: boolean;
  /** Other rate limits than Slack's. */
  readonly limits?: Partial<Limits>;
  /** `large`: a workspace of 5,000 channels and 2,000 people. @default "small" */
  readonly size?: "small" | "large";
  readonly admins?: readonly string[];
  /** The app's manifest. @default `manifest.yml` */
  readonly manifest?: JsonObject;
  /** Whether the simulator's stand-in model answers, and steps may post to its Slack and send requests to this machine. @default false */
  readonly connected?: boolean;
  /** The bot's clock; the engine has the machine's. @default the machine's */
  readonly clock?: Clock;
  /** How often open requests are looked at again, in milliseconds. @default never within a test */
  readonly recheckMs?: number;
  /** Settings of the web sockets that differ from the bot's own. */
  readonly sockets?: SlackBotConfig["sockets"];
  readonly proxy?: ProxySettings;
  /** What the bot works with in place of the store. @default the store itself */
  readonly wrapStore?: (store: Store) => Store | Promise<Store>;
  readonly meters?: SlackMeters;
  /** Services besides Slack and HTTP. @default none */
  readonly services?: readonly Service[];
  /** Credentials of the environment, by name. @default none */
  readonly credentials?: Readonly<Record<string, GivenCredential>>;
  /** Secrets of workflows, by name. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The test posts as the bot, too, so what people read is not judged. @default false */
  readonly postsItself?: boolean;
  /** Gets each line of the bot's log from `warn` on. @default none */
  readonly onLog?: (line: string) => void;
}

/** The real bot on a store in memory, in front of a simulator. */
export class TestBot implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly store: Store;
  readonly #options: TestBotOptions;
  readonly #web: Server | null;
  /** What the bot said of Slack's refusing it. */
  readonly refusals: string[] = [];
  #handler: RequestListener | null = null;
  #slack: Slack | null = null;
  #running: { readonly engine: RunningEngine; readonly bot: SlackBot } | null = null;

  private constructor(
    options: TestBotOptions,
    simulator: Simulator,
    store: Store,
    web: Server | null,
  ) {
    this.#options = options;
    this.simulator = simulator;
    this.store = store;
    this.#web = web;
    web?.on("request", (request, response) => this.#handler?.(request, response));
  }

  static async start(options: TestBotOptions): Promise<TestBot> {
    const web = options.mode === "http" ? createServer().listen(0, "127.0.0.1") : null;
    if (web !== null) await once(web, "listening");
    const address = web?.address();
    const port = typeof address === "object" && address !== null ? address.port : null;
    const simulator = await openSimulator({
      realistic: options.realistic ?? false,
      ...omitUndefined({ size: options.size, limits: options.limits }),
      ...omitUndefined({ manifest: options.manifest }),
      ...(port !== null && { eventsUrl: `http://127.0.0.1:${port}/slack/events` }),
    });
    const { wrapStore = (store) => store } = options;
    const store = await wrapStore(await openSqliteStore({ path: ":memory:" }));
    const test = new TestBot(options, simulator, store, web);
    await test.startBot();
    for (const definition of options.definitions) {
      const result = await test.engine.workflows.deploy(definition, { by: "test" });
      if (!result.deployed) throw new Error(JSON.stringify(result.problems));
    }
    return test;
  }

  get engine(): RunningEngine {
    if (this.#running === null) throw new Error("The bot is stopped.");
    return this.#running.engine;
  }

  /** Why the bot says that it cannot serve Slack; `null`: it can. */
  notReady(): string | null {
    return this.#slack?.health.notReady() ?? null;
  }

  /** Where the simulator sends in HTTP mode. */
  get eventsUrl(): string {
    const address = this.#web?.address();
    if (typeof address !== "object" || address === null) throw new Error("The bot has no URL.");
    return `http://127.0.0.1:${address.port}/slack/events`;
  }

  /** A new life of the bot's process, on the same store. */
  async startBot(): Promise<void> {
    const { onLog: write } = this.#options;
    const logger =
      write === undefined
        ? pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" })
        : pino({ level: "warn" }, { write });
    const access = { botToken: "xoxb-simulator", apiUrl: this.simulator.apiUrl };
    const { proxy, meters } = this.#options;
    const slack = createSlack({
      ...{ ...access, clock: systemClock, logger },
      ...omitUndefined({ proxy, meters }),
      limits: this.store.rateLimits,
      onRefused: (remedy) => this.refusals.push(remedy),
    });
    this.#slack = slack;
    const { admins = [], secrets = {} } = this.#options;
    const known = new KnownSecrets(Object.values(secrets));
    const mask = known.mask();
    const credentials = createCredentials({
      ...{ store: this.store, clock: systemClock, secrets: known },
      given: this.#options.credentials ?? {},
    });
    await this.store.leases.voidAll(Date.now());
    const engine = createEngine({
      store: this.store,
      clock: systemClock,
      logger,
      directory: slack.directory,
      admins,
      conversations: createConversations(slack),
      inputChecks: createSlackInputChecks(slack),
      namePins: createSlackNamePins(slack),
      ...this.#outside(slack, credentials),
      credentials,
      testCredential: createCredentialTester({ allowHosts: ["127.0.0.1"], credentials }),
      stepTypes: this.#options.stepTypes ?? createStepTypes({ defaultModel: "gpt-4o-mini" }),
      triggerTypes: createTriggerTypes({ cron: createCron() }),
      cron: createCron(),
      revealSecrets: createSecretRevealer(secrets),
      hideSecrets: mask.text,
      maskSecrets: mask.json,
      pollMs: 250,
    });
    const isHttp = this.#options.mode === "http";
    const bot = createSlackBot({
      config: {
        ...access,
        appToken: isHttp ? null : "xapp-simulator",
        signingSecret: isHttp ? "simulator" : null,
        slashCommand: "/workflow",
        admins,
        sockets: this.#options.sockets ?? {},
      },
      slack,
      engine,
      cards: this.store.cards,
      dedupe: this.store.dedupe,
      kv: this.store.kv,
      isAlone: true,
      onProcessDied: (listener) => engine.onProcessDied(listener),
      logger,
      clock: this.#options.clock ?? systemClock,
      ...omitUndefined({ recheckMs: this.#options.recheckMs }),
    });
    this.#handler = bot.requestHandler;
    await bot.start();
    await engine.run();
    this.#running = { engine, bot };
  }

  /** What steps reach: nothing at all, or the simulator. */
  #outside(slack: Slack, credentials: Credentials) {
    if (this.#options.connected !== true) {
      const away = new AppError({ code: "model_unavailable", message: "No model." });
      return {
        model: { complete: () => Promise.reject(away) },
        services: { get: () => undefined, names: () => [] },
      };
    }
    return {
      model: createOpenAiModelClient({ apiKey: "none", baseUrl: `${this.simulator.url}/v1` }),
      services: withBreakers(
        createServiceRegistry([
          createSlackService(slack),
          createHttpService({ allowHosts: ["127.0.0.1"], credentials }),
          ...(this.#options.services ?? []),
        ]),
      ),
    };
  }

  /** Stops the bot; simulator and store go on. */
  async stopBot(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.bot.stop();
    await running?.engine.stop();
  }

  /** The bot's process is gone without having stopped: its connections end, and nothing that it has under way is waited for. */
  abandon(): void {
    const running = this.#running;
    this.#running = null;
    void running?.bot.stop();
    void running?.engine.stop();
  }

  async act(action: string, body: JsonObject): Promise<JsonObject> {
    const response = await fetch(`${this.simulator.url}/sim/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!isJsonObject(answer)) throw new Error("The simulator's answer is no JSON object.");
    return answer;
  }

  /** Types a slash command. @returns what the bot answered to this person alone. */
  async slash(user: string, text: string, channel = "C0GENERAL"): Promise<string> {
    const before = (await this.privates(user, channel)).length;
    await this.act("slash", { user, channel, command: "/workflow", text });
    return this.until(async () => (await this.privates(user, channel))[before]);
  }

  /** What only this person sees in a channel, in order. */
  async privates(user: string, channel: string, threadTs?: string): Promise<string[]> {
    const messages = await this.messages(channel, threadTs, user);
    return messages.filter((message) => message["ephemeral"] === true).map(contentOf);
  }

  /** Top-level messages, or a thread with its parent. */
  async messages(
    channel: string,
    threadTs?: string,
    user?: string,
  ): Promise<readonly JsonObject[]> {
    const query = new URLSearchParams({ channel });
    if (threadTs !== undefined) query.set("thread_ts", threadTs);
    if (user !== undefined) query.set("user", user);
    const response = await fetch(`${this.simulator.url}/sim/messages?${query.toString()}`);
    const answer: unknown = await response.json();
    return toObjects(isJsonObject(answer) ? answer["messages"] : undefined);
  }

  /** Waits for a message whose text or blocks match. */
  message(channel: string, pattern: RegExp, threadTs?: string): Promise<JsonObject> {
    return this.until(async () =>
      (await this.messages(channel, threadTs)).find((message) => pattern.test(contentOf(message))),
    );
  }

  /** Clicks the button with this action id, with the value that it carries. */
  async click(
    user: string,
    channel: string,
    message: JsonObject,
    actionId: string,
  ): Promise<JsonObject> {
    const button = toObjects(message["blocks"])
      .flatMap((block) => toObjects(block["elements"]))
      .find((element) => element["action_id"] === actionId);
    if (button === undefined)
      throw new Error(`There is no button ${actionId} in ${contentOf(message)}`);
    return this.act("action", {
      user,
      channel,
      ts: message["ts"] ?? "",
      action_id: actionId,
      value: button["value"] ?? "",
    });
  }

  /** Calls that the bot made. */
  async calls(method: string): Promise<readonly JsonObject[]> {
    const response = await fetch(`${this.simulator.url}/sim/calls?method=${method}`);
    const answer: unknown = await response.json();
    return toObjects(isJsonObject(answer) ? answer["calls"] : undefined);
  }

  /** Asks again until there is something. */
  until<T>(look: () => Promise<T | undefined>): Promise<T> {
    return until(look);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopBot();
    const unmannerly = this.simulator.workspace.traffic
      .calls()
      .filter(({ ok }) => ok)
      .flatMap(({ method, args }) => unmannerlyIn(method, args));
    this.#web?.closeAllConnections();
    this.#web?.close();
    await this.simulator[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    if (unmannerly.length > 0 && this.#options.postsItself !== true)
      throw new Error(`People read:\n${unmannerly.join("\n")}`);
  }
}

/** Everything that a message says, for matching. */
export function contentOf(message: JsonObject): string {
  const { text, blocks } = message;
  return `${typeof text === "string" ? text : ""}\n${JSON.stringify(blocks ?? [])}`;
}

/** Slack's time stamp of a message. */
export function tsOf(message: JsonObject): string {
  const { ts } = message;
  return typeof ts === "string" ? ts : "";
}
