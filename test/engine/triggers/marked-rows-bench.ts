import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Service } from "../../../src/engine/ports/service.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { until } from "../../support/until.ts";
import { TriggerHarness } from "./trigger-harness.ts";

/** A time that no other timer has: by it, the pauses between looks are recognized. */
const POLL_MS = 9973;
/** How long after a notification a trigger looks. */
const WAKE_MS = 200;

/** A workflow that is started by rows of a real database, on a clock that the test moves. */
export class MarkedRowsBench implements AsyncDisposable {
  readonly harness: TriggerHarness;
  /** Why triggers stood still. */
  readonly stalls: string[] = [];
  readonly #engines: RunningEngine[] = [];
  /** Looks that are over: the next one is planned. */
  #looks = 0;
  /** Looks that have not begun. */
  readonly #planned = new Set<object>();

  private constructor(harness: TriggerHarness) {
    this.harness = harness;
    const { clock } = harness;
    const after = clock.after.bind(clock);
    clock.after = (ms, run) => {
      const isRegular = ms > 0 && ms % POLL_MS === 0;
      if (!isRegular && ms !== WAKE_MS) return after(ms, run);
      if (isRegular) this.#looks += 1;
      const planned = {};
      this.#planned.add(planned);
      const cancel = after(ms, () => {
        this.#planned.delete(planned);
        run();
      });
      return () => {
        this.#planned.delete(planned);
        cancel();
      };
    };
  }

  static async open(database: Service): Promise<MarkedRowsBench> {
    return new MarkedRowsBench(
      await TriggerHarness.open({ services: [database], pollMs: 3_600_000 }),
    );
  }

  /** Starts a process. @param store - stands between it and the real one. */
  async start(store?: Store): Promise<RunningEngine> {
    const engine = await this.harness.start(store);
    this.#engines.push(engine);
    engine.triggers.onStall(({ reason }) => this.stalls.push(reason));
    return engine;
  }

  /** Deploys the workflow and waits for its first look. */
  async deploy(trigger: JsonObject): Promise<void> {
    const before = this.#looks;
    const engine = this.#engines[0] ?? (await this.start());
    const whole = { type: "database-change", pollIntervalMs: POLL_MS, ...trigger };
    await this.harness.deploy(engine, "triage", whole);
    await until(async () => this.#looks > before || undefined);
    await this.harness.clock.advance(0);
  }

  /** The next look, until it is over. After errors it is a while away. */
  async look(): Promise<void> {
    const { clock } = this.harness;
    // One that is under way may have read already what it does not see of the test.
    await until(async () => {
      await clock.advance(0);
      return this.#planned.size > 0 || undefined;
    });
    const before = this.#looks;
    await until(async () => {
      await clock.advance(this.#planned.size > 0 ? POLL_MS : 0);
      return this.#looks > before || undefined;
    });
    await clock.advance(0);
  }

  /** So many looks. */
  async looks(count: number): Promise<void> {
    for (let look = 0; look < count; look += 1) await this.look();
  }

  /** The rows for which runs were begun, one for each run. */
  async found(): Promise<readonly Json[]> {
    const engine = this.#engines.at(-1) ?? (await this.start());
    const found: Json[] = [];
    let cursor: string | undefined;
    do {
      const page = await engine.executions.list({
        workflowId: "triage",
        limit: 200,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { executionId } of page.executions) {
        const { variables } = await engine.executions.get(executionId);
        found.push(variables["changeRecord"] ?? null);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.harness[Symbol.asyncDispose]();
  }
}
