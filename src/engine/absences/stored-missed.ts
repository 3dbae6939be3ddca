import { z } from "zod";
import { readJsonOrText } from "../../shared/read-json.ts";
import type { Missed } from "../api/absences.ts";

const ofWorkflow = {
  workflowId: z.string(),
  workflowName: z.string(),
  owner: z.string().nullable(),
};
const ofRun = { ...ofWorkflow, executionId: z.string() };

const StoredMissed: z.ZodType<Missed> = z.discriminatedUnion("kind", [
  z.object({
    ...{ kind: z.literal("schedule"), ...ofWorkflow },
    ...{ times: z.array(z.number()), count: z.number() },
  }),
  z.object({ kind: z.literal("expired"), ...ofRun, at: z.number() }),
  z.object({ kind: z.literal("late"), ...ofRun, at: z.number() }),
  z.object({ kind: z.literal("interrupted"), ...ofRun }),
  z.object({
    ...{ kind: z.literal("events"), ...ofWorkflow },
    ...{ channels: z.array(z.string()).nullable(), until: z.number() },
  }),
]);

const Stored = z.object({ to: z.number(), missed: z.array(z.unknown()) });

/** What was missed, as text to be stored. */
export function writeMissed(to: number, missed: readonly Missed[]): string {
  return JSON.stringify({ to, missed });
}

/** @returns what was stored, without what a newer version of the bot added; `null`: it is none of ours. */
export function readMissed(
  text: string,
): { readonly to: number; readonly missed: readonly Missed[] } | null {
  const stored = Stored.safeParse(readJsonOrText(text)).data;
  if (stored === undefined) return null;
  const missed = stored.missed.flatMap((one) => StoredMissed.safeParse(one).data ?? []);
  return { to: stored.to, missed };
}
