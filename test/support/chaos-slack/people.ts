import type { JsonObject } from "../../../simulator/json.ts";
import type { Simulator } from "../../../simulator/simulator.ts";
import { Person } from "../../../simulator/test/support/person.ts";
import { pause } from "../pause.ts";
import type { Errand } from "./errands.ts";
import { homeOf, seesNewHome } from "./home.ts";
import { openQuestions, type Question } from "./questions.ts";

const LOOK_MS = 200;
/** A question that still stands so long after a click is clicked again, as people do. */
const AGAIN_MS = 5_000;

/** What became of an errand on its way. */
export interface Outcome {
  readonly errand: Errand;
  /** Whether the bot acknowledged it. */
  readonly acked: boolean;
  /** For Home: whether it was shown anew in time. */
  readonly isShown?: boolean;
}
/** The people of the workspace: they do their errands and answer every question that they see. */
export class People {
  readonly #simulator: Simulator;
  readonly #plans: ReadonlyMap<string, Errand>;
  readonly #clickedAt = new Map<string, number>();
  readonly outcomes: Outcome[] = [];
  /** Clicks, and those of them that were acknowledged. */
  clicks = 0;
  acknowledged = 0;

  constructor(simulator: Simulator, errands: readonly Errand[]) {
    this.#simulator = simulator;
    this.#plans = new Map(errands.map((errand) => [errand.name, errand]));
  }

  async run(errand: Errand): Promise<void> {
    const before = homeOf(this.#simulator, errand.user);
    const answer = await this.#act(errand);
    const acked = answer["acked"] === true;
    if (errand.kind !== "home") this.outcomes.push({ errand, acked });
    else {
      const isShown = acked && (await seesNewHome(this.#simulator, errand.user, before));
      this.outcomes.push({ errand, acked, isShown });
    }
  }

  /** The questions that stand where one may answer them. */
  get questions(): readonly Question[] {
    return openQuestions(this.#simulator, (run) => this.#plans.get(run)?.user);
  }

  /** Looks and clicks until it is stopped, and waits for what became of the last clicks. */
  async answerQuestions(signal: AbortSignal): Promise<void> {
    const clicks: Promise<void>[] = [];
    while (!signal.aborted) {
      for (const question of this.questions) {
        const last = this.#clickedAt.get(question.requestId);
        if (last !== undefined && performance.now() - last < AGAIN_MS) continue;
        this.#clickedAt.set(question.requestId, performance.now());
        clicks.push(this.#click(question));
      }
      await pause(LOOK_MS);
    }
    await Promise.all(clicks);
  }

  #act({ name, user, kind, channel, workflowId }: Errand): Promise<JsonObject> {
    const person = new Person(this.#simulator.url, user);
    switch (kind) {
      case "command":
        return person.act("slash", {
          channel,
          command: "/workflow",
          text: `run ${workflowId} run=${name}`,
        });
      case "ticket":
        return person.act("message", { channel: "C0SUPPORT", text: name });
      case "dm":
        return person.act("message", { channel: directMessageOf(user), text: "help" });
      case "home":
        return person.act("home-open");
    }
  }

  async #click({ channel, message, run, buttons, approvers }: Question): Promise<void> {
    const choice = this.#plans.get(run)?.choice ?? "approve";
    // Now the one, now the other.
    const user = approvers[this.clicks % approvers.length] ?? "";
    this.clicks += 1;
    const answer = await new Person(this.#simulator.url, user).act("action", {
      channel: channel.id,
      ts: message.ts,
      action_id: `decide_${choice}`,
      value: buttons.get(choice) ?? "",
    });
    if (answer["acked"] === true) this.acknowledged += 1;
  }
}

/** The conversation of a person with the bot. */
export function directMessageOf(user: string): string {
  return user.replace(/^U/, "D");
}
