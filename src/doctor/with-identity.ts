import type { DoctorContext, Identity } from "./context.ts";
import type { Finding } from "./finding.ts";

/** Finds something out that needs a working bot token; without one it says so, since another check says why. */
export async function withIdentity(
  { identity }: DoctorContext,
  find: (identity: Identity) => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  const known = await identity().catch(() => null);
  if (known !== null) return find(known);
  return [{ level: "unknown", what: "not checked: it needs a bot token that Slack takes" }];
}
