import { asAppError } from "../../shared/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";

/** How long a deployment or a start waits for answers from outside; what is not known by then counts as unknown. */
const PATIENCE_MS = 1500;

/** Names that are asked about; each may be a call to Slack. */
const MAX_ASKED = 50;

/** What answers questions about names of one kind. */
type Asking<Kind extends string, Answer> = Readonly<
  Partial<Record<Kind, (name: string) => Promise<Answer | null>>>
>;

/**
 * Asks about each name once. Never throws and takes at most a second and a half: a deployment or a start does not depend on it.
 *
 * @returns the answers, in the order of the names; `null`: none in time, or none at all.
 */
export async function askOutside<Kind extends string, Answer>(
  names: readonly { readonly kind: Kind; readonly name: string }[],
  asking: Asking<Kind, Answer>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<readonly (Answer | null)[]> {
  const asked = new Map<string, Promise<Answer | null>>();
  const { promise: timeIsUp, resolve } = Promise.withResolvers<null>();
  const cancel = clock.after(PATIENCE_MS, () => resolve(null));
  const ask = ({ kind, name }: (typeof names)[number]): Promise<Answer | null> => {
    const key = JSON.stringify([kind, name]);
    const known = asked.get(key);
    if (known !== undefined) return known;
    const question = asking[kind];
    if (question === undefined || asked.size >= MAX_ASKED) return Promise.resolve(null);
    const answer = question(name).catch((error: unknown) => {
      logger.debug({ kind, error: asAppError(error).message }, "a name could not be looked up");
      return null;
    });
    const inTime = Promise.race([answer, timeIsUp]);
    asked.set(key, inTime);
    return inTime;
  };
  try {
    return await Promise.all(names.map(ask));
  } finally {
    cancel();
  }
}
