import { isJsonObject, type JsonObject, readOwn } from "../../../src/shared/json.ts";
import type { Random } from "./random.ts";
import type { PlannedRun, Scenario } from "./scenario.ts";

/** How long one request to a bot may take before it is sent again: the bot may have died without closing the connection. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 50;

/** Chooses what is executed: the same seed, the same plan. */
export function planRuns(
  scenarios: readonly Scenario[],
  count: number,
  chance: Random,
): readonly PlannedRun[] {
  const lots = scenarios.flatMap((scenario) =>
    Array.from({ length: scenario.weight ?? 1 }, () => scenario),
  );
  return Array.from({ length: count }, (_, index): PlannedRun => {
    const scenario = lots[chance.between(0, lots.length - 1)];
    if (scenario === undefined) throw new Error("There are no scenarios.");
    return {
      name: `r${String(index).padStart(4, "0")}`,
      workflowId: scenario.definition.id,
      startedBy: chance.chance(0.5) ? "api" : "webhook",
      plan: scenario.plan(chance),
    };
  });
}

/** Path of the webhook that every workflow of the run is given. */
export function webhookPath(workflowId: string): string {
  return `/webhooks/${workflowId}`;
}

/** A program outside that starts and cancels executions. It repeats what was not answered, as programs should. */
export class Load {
  readonly #url: () => string;
  /** Requests that were sent again. */
  repeats = 0;
  /** Answers that no caller should get, whatever dies. */
  readonly surprises: string[] = [];

  /** @param url - address of a bot, asked for again before each request. */
  constructor(url: () => string) {
    this.#url = url;
  }

  /** @returns the id of the execution, which the bot has accepted. */
  async start({ name, workflowId, startedBy, plan }: PlannedRun): Promise<string> {
    const path =
      startedBy === "api" ? `/api/workflows/${workflowId}/execute` : webhookPath(workflowId);
    const answer = await this.#post(path, { run: name, ...plan.variables }, `key-${name}`);
    return String(readOwn(answer, "executionId"));
  }

  async cancel(executionId: string): Promise<void> {
    await this.#post(`/api/executions/${executionId}/cancel`, {}, `cancel-${executionId}`);
  }

  /** Tells the event that a run waits for. */
  async tell(run: string): Promise<void> {
    const event = { name: "chaos.go", payload: { run }, id: `go-${run}` };
    await this.#post("/api/events", event, `event-${run}`);
  }

  /** Holds everything, or lets it go on. */
  async hold(isHeld: boolean): Promise<void> {
    await this.#post(isHeld ? "/api/pause" : "/api/resume", {}, "hold");
  }

  /** Has an execution go on as often as it fails, until it has ended otherwise. */
  async retry(executionId: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const status = await this.#statusOf(executionId);
      if (status === "completed" || status === "cancelled") return;
      // Asked once for each look: what has completed meanwhile would be run again, as another execution.
      if (status === "failed")
        await this.#try(`/api/executions/${executionId}/retry`, {}, `retry-${executionId}`);
      await new Promise((resolve) => setTimeout(resolve, 10 * PAUSE_MS));
    }
  }

  async #statusOf(executionId: string): Promise<unknown> {
    try {
      const response = await fetch(`${this.#url()}/api/executions/${executionId}`, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return readOwn(await response.json(), "status");
    } catch {
      return null;
    }
  }

  async #post(path: string, body: JsonObject, key: string): Promise<JsonObject> {
    for (;;) {
      const answer = await this.#try(path, body, key);
      if (answer !== null) return answer;
      this.repeats += 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** @returns `null` when nobody knows whether the request was taken, or it was put off. */
  async #try(path: string, body: JsonObject, key: string): Promise<JsonObject | null> {
    try {
      const response = await fetch(`${this.#url()}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const answer: unknown = await response.json();
      const isFinal = response.ok || response.status === 409;
      // A bot that starts does not know its workflows for a moment; one that cannot reach its store says so.
      if (!isFinal && ![404, 503].includes(response.status))
        this.surprises.push(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
      return isFinal && isJsonObject(answer) ? answer : null;
    } catch {
      return null;
    }
  }
}
