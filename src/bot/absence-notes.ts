import type { Logger } from "pino";
import type { Absence, AbsenceProgress, Missed } from "../engine/api/absences.ts";
import type { Engine } from "../engine/api/engine.ts";
import { asAppError, isAppError } from "../shared/errors.ts";
import type { FindAdmins } from "../slack/admin-finder.ts";
import type { ChannelFinder } from "../slack/channels.ts";
import { toSlackFailure } from "../slack/errors.ts";
import type { Sender } from "../slack/outgoing/sender.ts";
import type { WasActive } from "./channel-activity.ts";
import { absenceNote } from "./views/absence-note.ts";

export interface AbsenceNotesOptions {
  readonly engine: Pick<Engine, "absences" | "access">;
  readonly channels: Pick<ChannelFinder, "find">;
  readonly sender: Sender;
  readonly admins: FindAdmins;
  readonly wasActive: WasActive;
  /** The slash command: `/workflow`. */
  readonly command: string;
  readonly logger: Logger;
}

/**
 * Notifies the people whom it concerns of what was missed while no process was there: each of them by one direct message. Admins
 * hear of what has no owner.
 *
 * @returns a function that ends it.
 */
export function watchAbsences(options: AbsenceNotesOptions): () => void {
  const { engine, logger } = options;
  return engine.absences.onAbsence(async (absence, progress) => {
    try {
      return await notify(absence, progress, options);
    } catch (error) {
      logger.warn({ error: asAppError(error).message }, "what was missed could not be reported");
      return false;
    }
  });
}

/** @returns whether all were notified who can be. */
async function notify(
  absence: Absence,
  progress: AbsenceProgress,
  options: AbsenceNotesOptions,
): Promise<boolean> {
  const missed = await onlyActive(absence, options.wasActive);
  let isComplete = true;
  for (const [person, theirs] of await byPerson(missed, options)) {
    if (progress.isDone(person)) continue;
    if (await write(person, absence, theirs, options)) await progress.done(person);
    else isComplete = false;
  }
  return isComplete;
}

/** Where people did nothing in Slack, no event was missed. */
async function onlyActive(
  { missed, from }: Absence,
  wasActive: WasActive,
): Promise<readonly Missed[]> {
  const kept: Missed[] = [];
  for (const one of missed)
    if (one.kind !== "events" || (await wasActive(one.channels, from, one.until))) kept.push(one);
  return kept;
}

/** Who owns something and has left, or may not use the bot any more, is represented by the admins. */
async function byPerson(
  missed: readonly Missed[],
  { engine, admins }: AbsenceNotesOptions,
): Promise<ReadonlyMap<string, readonly Missed[]>> {
  const people = new Map<string, Missed[]>();
  const isThere = new Map<string, boolean>();
  for (const one of missed) {
    const { owner } = one;
    if (owner !== null && !isThere.has(owner)) isThere.set(owner, await mayUse(engine, owner));
    const concerned = owner !== null && isThere.get(owner) ? [owner] : await admins();
    for (const person of concerned) people.set(person, [...(people.get(person) ?? []), one]);
  }
  return people;
}

async function mayUse({ access }: AbsenceNotesOptions["engine"], person: string): Promise<boolean> {
  try {
    await access.caller(person);
    return true;
  } catch (error) {
    if (isAppError(error, "not_allowed")) return false;
    throw error;
  }
}

/** @returns `false` if it may succeed later. */
async function write(
  person: string,
  absence: Absence,
  missed: readonly Missed[],
  { channels, sender, command, logger }: AbsenceNotesOptions,
): Promise<boolean> {
  try {
    const channel = await channels.find(person);
    if (channel === null) return true;
    const { text, blocks } = absenceNote(absence, missed, command);
    const urgency = { urgency: "rest" as const, since: 0 };
    await sender.post({ channel, text, blocks: [...blocks] }, urgency);
    return true;
  } catch (error) {
    logger.warn({ user: person, err: error }, "could not send a direct message");
    return toSlackFailure(error).kind === "refused";
  }
}
