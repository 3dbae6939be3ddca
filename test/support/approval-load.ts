import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { type ApiClient, createClient } from "../../src/web/client/client.ts";
import { endpoints } from "../../src/web/endpoints/index.ts";
import { BotProcess } from "./bot-process.ts";
import { json, type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

export interface ApprovalLoad {
  readonly approvals: number;
  /** Approvers, all of them in one user group; each clicks on the cards of the own share, one after the other. */
  readonly people: number;
  /** Whether Slack's rate limits apply. */
  readonly realistic: boolean;
  /** Whether to wait until every card shows its decision: the bot edits 50 a minute at most. */
  readonly waitsForCards: boolean;
  readonly progress?: (line: string) => void;
}

/** What came of it; times in milliseconds. */
export interface ApprovalLoadReport {
  /** Clicks that were made, until every decision counted. */
  readonly clicks: number;
  /** Clicks that were not acknowledged within three seconds. */
  readonly unacknowledged: number;
  readonly ackMs: readonly number[];
  /** Clicks after the first on a card, because the first was answered with "click again". */
  readonly repeated: number;
  /** What is wrong with decisions, payments and cards: empty when all is well. */
  readonly problems: readonly string[];
  readonly postingMs: number;
  readonly decidingMs: number;
  /** From the first click until every card showed its decision. */
  readonly cardsMs: number;
}

/** Posting is limited to one message a second in each channel. */
const CHANNELS = 10;
const STARTS_IN_FLIGHT = 20;
/** Every so many-th approval is clicked by two people at once. */
const CONTESTED = 10;
const LOOK_MS = 250;
/** A card that still asks so long after a click is clicked again, as people do. */
const AGAIN_MS = 5000;

const LOAD = "load";

/** Lets many people decide many approvals at once, on a real bot with a store on disk, and checks each from outside. */
export async function decideTogether(load: ApprovalLoad): Promise<ApprovalLoadReport> {
  await using stage = new AsyncDisposableStack();
  const simulator = stage.use(await openSimulator({ realistic: load.realistic }));
  const bank = stage.use(await startLoopbackServer(json(200, { paid: true })));
  const alice = new Person(simulator.url, "U0ALICE");
  // Before the bot, which remembers for a while which groups there are.
  const channels = await populate(alice, peopleIds(load));
  const env = { HTTP_ALLOW_HOSTS: "127.0.0.1" };
  const bot = stage.use(await BotProcess.start(simulator, env));
  const run = new LoadRun(load, simulator, bank, bot, channels);
  return await run.execute();
}

interface Card {
  readonly n: number;
  readonly channel: string;
  readonly ts: string;
  readonly buttons: ReadonlyMap<string, string>;
  readonly text: string;
}

class LoadRun {
  readonly #load: ApprovalLoad;
  readonly #simulator: Simulator;
  readonly #bank: LoopbackServer;
  readonly #api: ApiClient;
  readonly #people: readonly Person[];
  readonly #channels: readonly string[];
  readonly #executions: string[] = [];
  readonly #ackMs: number[] = [];
  #unacknowledged = 0;
  #repeated = 0;

  constructor(
    load: ApprovalLoad,
    simulator: Simulator,
    bank: LoopbackServer,
    bot: BotProcess,
    channels: readonly string[],
  ) {
    this.#load = load;
    this.#channels = channels;
    this.#simulator = simulator;
    this.#bank = bank;
    this.#api = createClient({ url: () => bot.url });
    this.#people = peopleIds(load).map((id) => new Person(simulator.url, id));
  }

  async execute(): Promise<ApprovalLoadReport> {
    const { progress = () => undefined, approvals } = this.#load;
    await this.#deploy();
    const begun = performance.now();
    await this.#startAll();
    await untilTrue(
      () => this.#cards().length === approvals,
      (seconds) => progress(`${seconds} s: ${this.#cards().length} cards are posted`),
    );
    const posted = performance.now();
    progress(`all cards are posted; ${this.#people.length} people click`);
    await this.#clickAll();
    await this.#untilEnded(progress);
    const decided = performance.now();
    progress("all are decided");
    await untilTrue(
      () => !this.#load.waitsForCards || this.#cards().every(({ buttons }) => buttons.size === 0),
      (seconds) => {
        const open = this.#cards().filter(({ buttons }) => buttons.size > 0).length;
        progress(`${seconds} s: ${open} cards are not up to date`);
      },
    );
    const shown = performance.now();
    return {
      clicks: this.#ackMs.length + this.#unacknowledged,
      unacknowledged: this.#unacknowledged,
      ackMs: this.#ackMs,
      repeated: this.#repeated,
      problems: await this.#problems(),
      postingMs: posted - begun,
      decidingMs: decided - posted,
      cardsMs: shown - posted,
    };
  }

  async #deploy(): Promise<void> {
    const pay = {
      service: "http",
      method: "POST",
      url: this.#bank.url,
      body: { n: "{{variables.n}}" },
    };
    const ask = {
      channel: "{{variables.channel}}",
      title: "Number {{variables.n}} of many",
      approvers: ["@deciders"],
    };
    const next = { approve: "pay", reject: "end" };
    const body = {
      id: LOAD,
      name: "Load",
      output: "stepResults.ask.output",
      steps: [
        { id: "ask", type: "approval", config: ask, next },
        { id: "pay", type: "service", config: pay },
      ],
    };
    await this.#api.call(endpoints.deployWorkflow, { body });
  }

  async #startAll(): Promise<void> {
    let next = 0;
    const starter = async (): Promise<void> => {
      while (next < this.#load.approvals) {
        const n = next++;
        const channel = this.#channels[n % CHANNELS] ?? "";
        const call = { params: { id: LOAD }, body: { n, channel } };
        this.#executions[n] = (await this.#api.call(endpoints.executeWorkflow, call)).executionId;
      }
    };
    await Promise.all(Array.from({ length: STARTS_IN_FLIGHT }, starter));
  }

  /** All cards as they stand, whether they still ask or not. */
  #cards(): readonly Card[] {
    const { messages } = this.#simulator.workspace.state;
    return this.#channels.flatMap((channel) =>
      messages.topLevel(channel).flatMap(({ ts, blocks = [] }): Card[] => {
        const text = JSON.stringify(blocks);
        const n = /Number (\d+) of many/.exec(text)?.[1];
        return n === undefined
          ? []
          : [{ n: Number(n), channel, ts, text, buttons: buttonsIn(blocks) }];
      }),
    );
  }

  /** Who clicks on a card: one person, sometimes two at once. */
  #decidersOf(n: number): readonly number[] {
    const own = n % this.#people.length;
    return n % CONTESTED === 0 ? [own, (own + 1) % this.#people.length] : [own];
  }

  async #clickAll(): Promise<void> {
    const shares = this.#people.map((): Card[] => []);
    for (const card of this.#cards())
      for (const person of this.#decidersOf(card.n)) shares[person]?.push(card);
    await Promise.all(
      shares.map(async (cards, person) => {
        for (const card of cards) await this.#click(person, card);
      }),
    );
  }

  async #click(person: number, { n, channel, ts, buttons }: Card): Promise<void> {
    const action_id = `decide_${choiceFor(n, person)}`;
    const value = buttons.get(action_id) ?? "";
    const answer = await this.#people[person]?.act("action", { channel, ts, action_id, value });
    const ms = answer?.["ackMs"];
    if (answer?.["acked"] === true && typeof ms === "number") this.#ackMs.push(ms);
    else this.#unacknowledged += 1;
  }

  /** People click again on what is still not decided: they were told to. */
  async #untilEnded(progress: (line: string) => void): Promise<void> {
    for (;;) {
      const left = await this.#undecided();
      if (left.length === 0) return;
      progress(`${left.length} are not decided`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      const still = new Set(await this.#undecided());
      const cards = this.#cards().filter(({ n }) => still.has(n));
      await Promise.all(
        cards.map((card) => {
          this.#repeated += 1;
          return this.#click(this.#decidersOf(card.n)[0] ?? 0, card);
        }),
      );
    }
  }

  async #undecided(): Promise<readonly number[]> {
    const open = new Set<string>();
    for (const status of ["waiting", "running", "queued"]) {
      let cursor: string | undefined;
      do {
        const query = { workflowId: LOAD, status, limit: 200, cursor };
        const page = await this.#api.call(endpoints.listExecutions, { query });
        for (const { executionId } of page.executions) open.add(executionId);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
    }
    return this.#executions.flatMap((id, n) => (open.has(id) ? [n] : []));
  }

  async #problems(): Promise<readonly string[]> {
    const problems: string[] = [];
    const cards = Map.groupBy(this.#cards(), ({ n }) => n);
    const payments = Map.groupBy(this.#bank.received, ({ body }) => Number(/\d+/.exec(body)?.[0]));
    for (const [n, executionId] of this.#executions.entries()) {
      const call = { params: { id: executionId } };
      const { status, output } = await this.#api.call(endpoints.getExecution, call);
      if (status !== "completed") problems.push(`${n} is ${status}`);
      const { decision, decidedBy, votes } = isJsonObject(output) ? output : {};
      const made = { by: shown(decidedBy), choice: shown(decision) };
      const wanted = this.#decidersOf(n).map((person) => `U0P${person} ${choiceFor(n, person)}`);
      if (!wanted.includes(`${made.by} ${made.choice}`))
        problems.push(`${n} was decided: ${made.choice} by ${made.by}`);
      if (toObjects(votes).length !== 1) problems.push(`${n} has ${toObjects(votes).length} votes`);
      const paid = payments.get(n)?.length ?? 0;
      if (paid !== (decision === "approve" ? 1 : 0)) problems.push(`${n} was paid ${paid} times`);
      problems.push(...this.#problemsOfCards(n, cards.get(n) ?? [], made));
    }
    return problems;
  }

  #problemsOfCards(
    n: number,
    cards: readonly Card[],
    { by, choice }: { readonly by: string; readonly choice: string },
  ): readonly string[] {
    if (cards.length !== 1) return [`${n} has ${cards.length} cards`];
    const outcome = `*${choice === "approve" ? "Approved" : "Rejected"}* by <@${by}>`;
    const isRight = !this.#load.waitsForCards || cards[0]?.text.includes(outcome);
    return isRight ? [] : [`the card of ${n} does not show that it was ${outcome}`];
  }
}

/** Adds the people, their group and the channels. @returns the ids of the channels. */
async function populate(alice: Person, users: readonly string[]): Promise<readonly string[]> {
  for (const [n, person] of users.entries()) await alice.act("person", { person, name: `p${n}` });
  await alice.act("usergroup", { handle: "deciders", users });
  const channels: string[] = [];
  for (let n = 0; n < CHANNELS; n += 1) {
    const members = [...users, "U0BOT"];
    const { channel } = await alice.act("channel", { name: `load-${n}`, members });
    const id = isJsonObject(channel) ? channel["id"] : undefined;
    if (typeof id !== "string") throw new Error("The simulator made no channel.");
    channels.push(id);
  }
  return channels;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function peopleIds({ people }: ApprovalLoad): readonly string[] {
  return Array.from({ length: people }, (_, n) => `U0P${n}`);
}

/** Two who click on one card do not agree. */
function choiceFor(n: number, person: number): "approve" | "reject" {
  return (n + person) % 3 === 0 ? "reject" : "approve";
}

function buttonsIn(blocks: readonly JsonObject[]): ReadonlyMap<string, string> {
  return new Map(
    blocks
      .flatMap((block) => toObjects(block["elements"]))
      .flatMap(({ action_id: id, value }) =>
        typeof id === "string" && id.startsWith("decide_") && typeof value === "string"
          ? [[id, value] as const]
          : [],
      ),
  );
}

/** Looks again and again, and says now and then how far it is. */
async function untilTrue(look: () => boolean, progress: (seconds: number) => void): Promise<void> {
  const begun = performance.now();
  let said = begun;
  while (!look()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (performance.now() - said < 30_000) continue;
    said = performance.now();
    progress(Math.round((said - begun) / 1000));
  }
}
