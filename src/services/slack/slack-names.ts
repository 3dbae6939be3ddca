import type { ServiceContext } from "../../engine/ports/service.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { toSlackError, toSlackFailure } from "../../slack/errors.ts";
import type { PostingStep } from "../../slack/outgoing/queue.ts";
import { pinnedName } from "../../slack/text.ts";
import { showText } from "../action.ts";

/** A channel as people know it: of `<#C123|ops>`, as it was deployed, the name. */
export function nameOf(channel: Json | undefined): string {
  const text = showText(channel);
  const name = pinnedName(text);
  return name === null ? text : `#${name}`;
}

/** The same for a refusal, with what helps if another channel has the name by now. */
export function placeOf(channel: string): string {
  const name = nameOf(channel);
  return pinnedName(channel) === null
    ? name
    : `the channel that was ${name} when the workflow was deployed; deploy it again if ${name} is another one by now`;
}

/**
 * What Slack refuses, as an error that people may see.
 *
 * @param doing - what is tried: `posting to #general`.
 * @param remedies - what to do, by Slack's code, where this call says it better than the table of all refusals.
 */
export async function withSlackErrors<Value>(
  doing: string,
  run: () => Promise<Value>,
  remedies: Readonly<Record<string, string>> = {},
): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (isAppError(error)) throw error;
    const code = refusedAs(error);
    const remedy = code !== null && Object.hasOwn(remedies, code) ? remedies[code] : undefined;
    if (remedy === undefined) throw toSlackError(error, doing);
    const message = `Slack refused ${doing} (${code}). ${remedy}`;
    throw new AppError({
      ...{ code: "slack_rejected", message, cause: error },
      details: { slackError: code },
    });
  }
}

/** Slack's code if it refused a call for good; `null`: it did not. */
function refusedAs(error: unknown): string | null {
  const failure = toSlackFailure(error);
  return failure.kind === "refused" ? failure.code : null;
}

/** Works; `null` if Slack refuses it with the code that says that it is done already. */
export async function unlessDone<Answer>(
  code: string,
  work: () => Promise<Answer>,
): Promise<Answer | null> {
  try {
    return await work();
  } catch (error) {
    if (refusedAs(error) !== code) throw error;
    return null;
  }
}

/** A step in the queue of what people see. */
export function turnOf({
  idempotencyKey: id,
  executionId,
  startedAt: since,
  signal,
}: ServiceContext): PostingStep {
  return { id, executionId, place: { urgency: "run", since }, signal };
}

/** A refusal of our own. */
export function refused(message: string): AppError {
  return new AppError({ code: "service_rejected", message });
}
