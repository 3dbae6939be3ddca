import { AsyncLocalStorage } from "node:async_hooks";
import { type Surface, surfaceOf } from "../model/actor.ts";

const surfaces = new AsyncLocalStorage<Surface | null>();

/**
 * Says from where a person acts while `work` is under way: the same person acts in Slack, by a token of theirs, or in the console, and
 * their id says not which. Called where people come in from elsewhere than Slack.
 *
 * @param surface - `null`: their id says it, as in work that is not theirs alone.
 */
export function actFrom<T>(surface: Surface | null, work: () => T): T {
  return surfaces.run(surface, work);
}

/** From where this actor acts now. */
export function surfaceNow(by: string): Surface {
  const own = surfaceOf(by);
  return own === "slack" ? (surfaces.getStore() ?? own) : own;
}

/** What a signal carries about from where a person sent it; from Slack it says nothing. */
export function sentFrom(by: string): { readonly surface?: Surface } {
  const surface = surfaceNow(by);
  return surface === surfaceOf(by) ? {} : { surface };
}
