import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionView } from "../../src/engine/api/executions.ts";
import { isFinished } from "../../src/engine/model/state.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { TestBot, type TestBotOptions } from "./bot.ts";

export interface ExampleOptions extends Omit<TestBotOptions, "definitions"> {
  /** Texts of the definition that differ in the test: shorter waits, addresses of this machine. Each has to occur. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** What people who decide say besides. */
interface Said {
  readonly comment?: string;
  readonly fields?: JsonObject;
}

/** A definition of the examples folder, deployed to the real bot in front of a simulator. */
export class Example implements AsyncDisposable {
  readonly bot: TestBot;
  readonly #id: string;

  private constructor(id: string, bot: TestBot) {
    this.#id = id;
    this.bot = bot;
  }

  static async deploy(id: string, { instead = {}, ...options }: ExampleOptions = {}) {
    let text = await readFile(join(import.meta.dirname, "../../examples", `${id}.json`), "utf8");
    for (const [from, to] of Object.entries(instead)) {
      if (!text.includes(from)) throw new Error(`${id} does not say ${from}.`);
      text = text.replaceAll(from, to);
    }
    const definition = JSON.parse(text) as JsonObject;
    const bot = await TestBot.start({ connected: true, ...options, definitions: [definition] });
    return new Example(id, bot);
  }

  /** What the model answers next, in place of the stand-in's own answer. */
  async modelSays(raw: string): Promise<void> {
    await this.bot.act("faults", { target: "model", raw, times: 1 });
  }

  /** The model refuses what it is asked from now on. */
  async modelRefuses(): Promise<void> {
    await this.bot.act("faults", { target: "model", status: 400, times: 100 });
  }

  /** Waits for the request of a step of the first run, and decides it as a person. */
  async decide(stepId: string, by: string, choice: string, said: Said = {}): Promise<void> {
    const { approvals } = this.bot.engine;
    const { executionId, opened } = await this.bot.until(async () => {
      const view = await this.#first();
      const open = view?.requests.find(
        (request) => request.outcome === null && request.stepId === stepId,
      );
      return open && view ? { executionId: view.executionId, opened: open.opened } : undefined;
    });
    const { id: requestId, round, hash } = opened;
    const ref = { executionId, requestId, round, hash, by };
    const form = await approvals.form({ ...ref, choice });
    const seen = form.recorded === null ? { seen: form.seen } : {};
    const answer = await approvals.vote({ ...ref, choice, ...said, ...seen });
    if (!answer.recorded) throw new Error(`${stepId} was not decided: ${JSON.stringify(answer)}`);
  }

  /** The first run, once it is over. */
  ended(): Promise<ExecutionView> {
    return this.bot.until(async () => {
      const view = await this.#first();
      return view !== undefined && isFinished(view.status) ? view : undefined;
    });
  }

  async #first(): Promise<ExecutionView | undefined> {
    const { executions } = this.bot.engine;
    const first = (await executions.list({ workflowId: this.#id, limit: 200 })).executions.at(-1);
    return first && executions.get(first.executionId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bot[Symbol.asyncDispose]();
  }
}
