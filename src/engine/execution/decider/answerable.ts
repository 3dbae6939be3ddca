import { isJsonObject, type Json, type JsonObject, toJson } from "../../../shared/json.ts";
import { isUserId } from "../../../shared/slack-ids.ts";
import type { Answerable, Involvement } from "../../model/answerable.ts";
import type { ExecutionStarted } from "../../model/events.ts";
import type { ReadonlyState } from "../../model/state.ts";
import { framePath, stepIdOf } from "../../model/step-path.ts";
import { approvalPathOf } from "./decided-requests.ts";

type History = Pick<ReadonlyState, "start" | "reopened" | "migrations">;

/** All people who answer for an execution as it is now, the starter first; each once for each reason. */
export function answerableFor({ start, reopened, migrations }: History): readonly Answerable[] {
  const { userId, isBot } = start.trigger;
  return distinct([
    ...(userId === undefined || isBot ? [] : [{ person: userId, why: "started" as const }]),
    ...(start.answerable ?? []),
    ...reopened.flatMap(({ by, edits, answerable }) => [
      ...personally(by, edits.length > 0 ? "edited" : "retried"),
      ...answerable,
    ]),
    ...migrations.flatMap(({ by, answerable }) => [...personally(by, "migrated"), ...answerable]),
  ]);
}

/** The same people as an execution gets them that this one leads to. */
export function handOn(state: History): readonly Answerable[] {
  const { executionId: of } = state.start;
  return answerableFor(state).map((one) => ({ of, ...one }));
}

/**
 * Whether the deployer of the version answers for the execution: no person asked for it, or a
 * program of the operator did.
 */
export function deployerAnswers({
  trigger,
  answerable = [],
}: Pick<ExecutionStarted, "trigger" | "answerable">): boolean {
  const isByToken = answerable.some(({ why, of }) => why === "token" && of === undefined);
  const isAsked =
    (trigger.userId !== undefined && trigger.isBot !== true) ||
    answerable.some(({ why }) => why === "started");
  return !isAsked || isByToken || isFromProgram(trigger.type);
}

/** Starts that come over HTTP, where no person stands behind. */
export function isFromProgram(triggerType: string): boolean {
  return triggerType === "api" || triggerType === "webhook";
}

/**
 * Who voted when a step asked last, as it is seen from the step at `path`. What was asked for
 * another item of the same list does not count.
 */
export function decidersOf(
  { requests }: Pick<ReadonlyState, "requests">,
  path: string,
  stepId: string,
): readonly string[] {
  const fitting = [...requests.values()].flatMap((request) => {
    // What was asked again counts as the step's, wherever it was asked.
    const entry = approvalPathOf(request);
    const isFitting = stepIdOf(entry) === stepId && !isOtherItem(entry, path);
    return isFitting ? [{ entry, votes: request.votes }] : [];
  });
  const last = fitting.at(-1)?.entry;
  const asked = fitting.filter(({ entry }) => entry === last);
  return [...new Set(asked.flatMap(({ votes }) => votes.map(({ by }) => by)))];
}

/** Bodies of items are numbered; branches have ids that begin with a letter. */
function isOtherItem(path: string, other: string): boolean {
  const segments = framePath(path).split("/");
  const others = framePath(other).split("/");
  const at = segments.findIndex((segment, index) => segment !== others[index]);
  return at % 2 === 1 && /^\d+$/.test(segments[at] ?? "") && /^\d+$/.test(others[at] ?? "");
}

/** Of a signal's payload. */
export function readAnswerable({ answerable }: JsonObject): readonly Answerable[] {
  if (!Array.isArray(answerable)) return [];
  return answerable.flatMap((one: Json) => {
    if (!isJsonObject(one)) return [];
    const { person, why, of } = one;
    if (typeof person !== "string" || !isInvolvement(why)) return [];
    return [{ person, why, ...(typeof of === "string" && { of }) }];
  });
}

/** For a signal's payload; an empty one leaves the payload as it is. */
export function writeAnswerable(answerable: readonly Answerable[]): JsonObject {
  return answerable.length === 0 ? {} : { answerable: toJson(answerable) };
}

const INVOLVEMENTS: Readonly<Record<Involvement, true>> = {
  started: true,
  retried: true,
  edited: true,
  migrated: true,
  token: true,
  deployed: true,
};

function isInvolvement(why: Json | undefined): why is Involvement {
  return typeof why === "string" && Object.hasOwn(INVOLVEMENTS, why);
}

/** Empty for `api`: the owner of its token is given apart. */
function personally(by: string, why: Involvement): readonly Answerable[] {
  return isUserId(by) ? [{ person: by, why }] : [];
}

function distinct(people: readonly Answerable[]): readonly Answerable[] {
  const first = new Map<string, Answerable>();
  for (const one of people) {
    const key = `${one.person} ${one.why}`;
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()];
}
