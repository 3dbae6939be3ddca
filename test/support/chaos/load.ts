import { isAppError } from "../../../src/shared/errors.ts";
import { type ApiClient, createClient } from "../../../src/web/client/client.ts";
import { endpoints } from "../../../src/web/endpoints/index.ts";
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
  readonly #api: ApiClient;
  /** Requests that were sent again. */
  repeats = 0;
  /** Answers that no caller should get, whatever dies. */
  readonly surprises: string[] = [];

  /** @param url - address of a bot, asked for again before each request. */
  constructor(url: () => string) {
    this.#api = createClient({ url, timeoutMs: PATIENCE_MS });
  }

  /** @returns the id of the execution, which the bot has accepted. */
  async start({ name, workflowId, startedBy, plan }: PlannedRun): Promise<string> {
    const call = { body: { run: name, ...plan.variables }, idempotencyKey: `key-${name}` };
    const answer = await this.#insist(() =>
      startedBy === "api"
        ? this.#api.call(endpoints.executeWorkflow, { params: { id: workflowId }, ...call })
        : this.#api.call(endpoints.receiveWebhook, { params: { path: workflowId }, ...call }),
    );
    return String(answer?.executionId);
  }

  async cancel(executionId: string): Promise<void> {
    const call = { params: { id: executionId }, idempotencyKey: `cancel-${executionId}` };
    await this.#insist(() => this.#api.call(endpoints.cancelExecution, call));
  }

  /** Tells the event that a run waits for. */
  async tell(run: string): Promise<void> {
    const body = { name: "chaos.go", payload: { run }, id: `go-${run}` };
    const call = { body, idempotencyKey: `event-${run}` };
    await this.#insist(() => this.#api.call(endpoints.publishEvent, call));
  }

  /** Holds everything, or lets it go on. */
  async hold(isHeld: boolean): Promise<void> {
    await this.#insist<unknown>(() =>
      isHeld ? this.#api.call(endpoints.pauseAll) : this.#api.call(endpoints.resumeAll),
    );
  }

  /** Has an execution go on as often as it fails, until it has ended otherwise. */
  async retry(executionId: string, signal: AbortSignal): Promise<void> {
    const params = { id: executionId };
    const call = { params, idempotencyKey: `retry-${executionId}` };
    while (!signal.aborted) {
      const status = await this.#statusOf(executionId);
      if (status === "completed" || status === "cancelled") return;
      // Asked once for each look: what has completed meanwhile would be run again, as another execution.
      if (status === "failed")
        await this.#try(() => this.#api.call(endpoints.retryExecution, call));
      await new Promise((resolve) => setTimeout(resolve, 10 * PAUSE_MS));
    }
  }

  async #statusOf(executionId: string): Promise<string | null> {
    const params = { id: executionId };
    const view = await this.#api.call(endpoints.getExecution, { params }).catch(() => null);
    return view?.status ?? null;
  }

  /** @returns the answer; `null` if the bot refused for good. */
  async #insist<Answer>(ask: () => Promise<Answer>): Promise<Answer | null> {
    for (;;) {
      const answer = await this.#try(ask);
      if (answer !== "again") return answer;
      this.repeats += 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** @returns `again` when it is not known whether the request was taken, or it was put off. */
  async #try<Answer>(ask: () => Promise<Answer>): Promise<Answer | "again" | null> {
    try {
      return await ask();
    } catch (error) {
      const status = isAppError(error) ? Number(error.details["status"]) : 0;
      if (status === 409) return null;
      // A bot that starts does not know its workflows for a moment; one that cannot reach its store says so.
      if (![0, 404, 503].includes(status)) this.surprises.push(`${status}: ${String(error)}`);
      return "again";
    }
  }
}
