import { isSubscribed } from "../delivery/subscriptions.ts";
import type { Ack } from "../delivery/transport.ts";
import { BOT_USER_ID } from "../identity.ts";
import { type JsonObject, toText } from "../json.ts";
import type { Workspace } from "./workspace.ts";

/**
 * What was done to the app's installation, and with which code every call with the bot token is refused since then.
 *
 * @see https://docs.slack.dev/reference/events/tokens_revoked
 * @see https://docs.slack.dev/reference/events/app_uninstalled
 */
const REFUSALS = {
  tokens: "token_revoked",
  uninstall: "account_inactive",
  restrict: "app_access_restricted",
} as const;
export type Revocation = keyof typeof REFUSALS;

/** Whether the app is still installed, and its token still good. */
export class Installation {
  #revocation: Revocation | undefined;

  /** The code with which calls with the bot token are refused; `undefined` while the token is good. */
  get refusal(): string | undefined {
    return this.#revocation === undefined ? undefined : REFUSALS[this.#revocation];
  }

  /** Whether people still find the app. */
  get isInstalled(): boolean {
    return this.#revocation !== "uninstall";
  }

  /** Takes rights away, or gives everything back with `undefined`. */
  set(revocation: Revocation | undefined): void {
    this.#revocation = revocation;
  }
}

/**
 * Revokes the bot's token (`tokens`), removes the app (`uninstall`), lets an admin restrict it (`restrict`), or installs it
 * anew with the same token (`restore`). Open sockets stay open: the app-level token is another one.
 *
 * @returns the acknowledgements of the events that the app was sent.
 */
export function changeInstallation(
  workspace: Workspace,
  change: Revocation | "restore",
): readonly Promise<Ack>[] {
  workspace.installation.set(change === "restore" ? undefined : change);
  const revoked = { type: "tokens_revoked", tokens: { oauth: [], bot: [BOT_USER_ID] } };
  const events: Readonly<Record<typeof change, readonly JsonObject[]>> = {
    tokens: [revoked],
    uninstall: [{ type: "app_uninstalled" }, revoked],
    restrict: [],
    restore: [],
  };
  return events[change]
    .filter(({ type }) => isSubscribed(workspace.manifest, toText(type) ?? ""))
    .map((event) => workspace.events.deliver(event));
}
