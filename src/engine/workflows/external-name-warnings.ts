import { asAppError } from "../../shared/errors.ts";
import type { ExternalName } from "../definition/find-external-names.ts";
import type { Problem } from "../definition/problem.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { NameChecks, NameWarning } from "../ports/name-checks.ts";

/** How long a deployment waits for answers from outside; what is not known by then is not warned of. */
const PATIENCE_MS = 1500;

/** Names that are asked about; each may be a call to Slack. */
const MAX_CHECKED = 50;

export interface NameWarningsOptions {
  readonly checks: NameChecks;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Warnings for what does not exist outside. Never throws and takes at most a second and a half: a deployment does not depend on it. */
export async function warnOfNames(
  names: readonly ExternalName[],
  { checks, clock, logger }: NameWarningsOptions,
): Promise<readonly Problem[]> {
  const checked = new Map<string, Promise<NameWarning | null>>();
  const { promise: timeIsUp, resolve } = Promise.withResolvers<null>();
  const cancel = clock.after(PATIENCE_MS, () => resolve(null));
  const checkName = ({ kind, name }: ExternalName): Promise<NameWarning | null> => {
    const key = JSON.stringify([kind, name]);
    const known = checked.get(key);
    if (known !== undefined) return known;
    const check = checks[kind];
    if (check === undefined || checked.size >= MAX_CHECKED) return Promise.resolve(null);
    const answer = check(name).catch((error: unknown) => {
      logger.debug({ kind, error: asAppError(error).message }, "a name could not be checked");
      return null;
    });
    const inTime = Promise.race([answer, timeIsUp]);
    checked.set(key, inTime);
    return inTime;
  };
  try {
    const warnings = await Promise.all(names.map(checkName));
    return names.flatMap(({ path }, index) => {
      const warning = warnings[index];
      return warning ? [{ path, ...warning }] : [];
    });
  } finally {
    cancel();
  }
}
