import { z } from "zod";
import { asAppError } from "../../shared/errors.ts";
import type { Pause, TriggerView } from "../api/workflows.ts";
import { type Definition, triggersOf } from "../definition/schema.ts";
import { triggerId } from "../definition/trigger-type.ts";
import { ROW_MARKS } from "../model/row-marks.ts";
import { PAUSE_MARKS } from "../ports/changes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";

export interface TriggerSwitchesOptions {
  readonly store: Pick<Store, "kv">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
}

/** How a trigger was switched last. */
export interface TriggerSwitch {
  /** `null`: it is on. */
  readonly pause: Pause | null;
  /** When it was switched on again; 0: it is off. What came before is not made up for. */
  readonly resumedAt: number;
}

/** Below the marks of pauses, so that a change rings in other processes. Ids of workflows and of triggers have no slash. */
const PREFIX = `${PAUSE_MARKS}trigger/`;

const Stored = z.union([
  z.object({ by: z.string(), at: z.number() }),
  z.object({ resumedAt: z.number() }),
]);

/** Which triggers are switched off: known at once to the process that does it, to the others when they poll. */
export class TriggerSwitches {
  readonly #options: TriggerSwitchesOptions;
  #known: ReadonlyMap<string, ReadonlyMap<string, TriggerSwitch>> = new Map();
  /** The same, once the triggers go by it. */
  #inEffect = this.#known;

  constructor(options: TriggerSwitchesOptions) {
    this.#options = options;
  }

  /** Those of a workflow that were ever switched, by the id of the trigger. */
  of(workflowId: string): ReadonlyMap<string, TriggerSwitch> {
    return this.#known.get(workflowId) ?? NONE;
  }

  /** Those of a workflow that are switched off, as far as that has taken effect in this process. */
  pausesOf(workflowId: string): ReadonlyMap<string, Pause> {
    return new Map(
      [...(this.#inEffect.get(workflowId) ?? NONE)].flatMap(([id, { pause }]) =>
        pause === null ? [] : [[id, pause]],
      ),
    );
  }

  /** Switched off already, it stays as it was. */
  async pause(workflowId: string, triggerId: string, by: string): Promise<void> {
    await this.#refresh();
    if (this.#pauseOf(workflowId, triggerId) !== null) return;
    const mark = { by, at: this.#options.clock.now() };
    await this.#options.store.kv.set(keyOf(workflowId, triggerId), mark);
    await this.#refresh();
  }

  /** @returns whether it was switched off. */
  async resume(workflowId: string, triggerId: string): Promise<boolean> {
    await this.#refresh();
    if (this.#pauseOf(workflowId, triggerId) === null) return false;
    const { store, clock } = this.#options;
    // Rows that came meanwhile are not made up for: it begins with what is there now.
    await store.kv.remove(`${ROW_MARKS}${workflowId}:${triggerId}`);
    await store.kv.set(keyOf(workflowId, triggerId), { resumedAt: clock.now() });
    await this.#refresh();
    return true;
  }

  /** Forgets the triggers that a workflow has no more. @param ids - of those that it has. */
  async keepOnly(workflowId: string, ids: readonly string[]): Promise<void> {
    const gone = [...this.of(workflowId).keys()].filter((id) => !ids.includes(id));
    for (const id of gone) await this.#options.store.kv.remove(keyOf(workflowId, id));
    if (gone.length > 0) await this.#refresh();
  }

  /** Polls for what other processes switched. Never rejects. */
  async poll(): Promise<void> {
    try {
      await this.#refresh();
    } catch (error) {
      const { message } = asAppError(error);
      this.#options.logger.warn({ error: message }, "could not read which triggers are off");
    }
  }

  #pauseOf(workflowId: string, triggerId: string): Pause | null {
    return this.of(workflowId).get(triggerId)?.pause ?? null;
  }

  async #refresh(): Promise<void> {
    const known = new Map<string, Map<string, TriggerSwitch>>();
    for (const { key, value } of await this.#options.store.kv.list(PREFIX)) {
      const [workflowId = "", triggerId = ""] = key.slice(PREFIX.length).split("/");
      const stored = Stored.safeParse(value).data;
      if (stored === undefined) continue;
      const own = known.get(workflowId) ?? new Map<string, TriggerSwitch>();
      const isOff = "by" in stored;
      own.set(triggerId, {
        pause: isOff ? stored : null,
        resumedAt: isOff ? 0 : stored.resumedAt,
      });
      known.set(workflowId, own);
    }
    const isSame = textOf(known) === textOf(this.#known);
    this.#known = known;
    if (!isSame) await this.#options.events.emitAndWait("triggersSwitched", null);
    this.#inEffect = known;
  }
}

/** The triggers of a definition. */
export function listTriggers(
  definition: Definition,
  switches: Pick<TriggerSwitches, "of">,
): readonly TriggerView[] {
  const own = switches.of(definition.id);
  return triggersOf(definition).map((trigger, index) => {
    const id = triggerId(trigger, index);
    return { id, type: trigger.type, pause: own.get(id)?.pause ?? null };
  });
}

const NONE: ReadonlyMap<string, TriggerSwitch> = new Map();

function keyOf(workflowId: string, triggerId: string): string {
  return `${PREFIX}${workflowId}/${triggerId}`;
}

function textOf(known: ReadonlyMap<string, ReadonlyMap<string, TriggerSwitch>>): string {
  return JSON.stringify([...known].map(([id, own]) => [id, [...own]]));
}
