import type { Engine } from "../../engine/api/engine.ts";
import { switchEndpoints } from "../endpoints/triggers.ts";
import { type Route, route } from "../http/route.ts";

/** Triggers of workflows: which there are, switching them off and on, when schedules are due. */
export function triggerRoutes({ workflows, triggers }: Engine): readonly Route[] {
  return [
    route(switchEndpoints.listTriggers)(async ({ params: { id } }) => ({
      body: {
        workflowId: id,
        triggers: (await workflows.triggersOf(id)).map(({ pause, ...trigger }) => ({
          ...trigger,
          paused: pause !== null,
          ...(pause && { pausedBy: pause.by, pausedAt: new Date(pause.at).toISOString() }),
        })),
      },
    })),
    route(switchEndpoints.pauseTrigger)(async ({ params: { id, trigger } }, { by }) => {
      await workflows.pauseTrigger(id, trigger, by);
      return { body: { success: true, workflowId: id, trigger, paused: true } };
    }),
    route(switchEndpoints.resumeTrigger)(async ({ params: { id, trigger } }, { by }) => {
      const wasPaused = await workflows.resumeTrigger(id, trigger, by);
      return { body: { success: true, workflowId: id, trigger, wasPaused, paused: false } };
    }),
    route(switchEndpoints.listNextStarts)(async ({ params: { id }, query: { count } }) => {
      // Of a workflow that is not there nothing is due.
      await workflows.triggersOf(id);
      return { body: { workflowId: id, nextStarts: isoTimes(await triggers.upcoming(id, count)) } };
    }),
  ];
}

/** Milliseconds since 1970 as ISO 8601. */
export function isoTimes(times: readonly number[]): string[] {
  return times.map((at) => new Date(at).toISOString());
}
