import { isAppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { toSlackError } from "../../slack/errors.ts";
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

/** What Slack refuses, as an error that people may see. @param doing - what is tried: `posting to #general`. */
export async function withSlackErrors<Value>(
  doing: string,
  run: () => Promise<Value>,
): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    throw isAppError(error) ? error : toSlackError(error, doing);
  }
}
