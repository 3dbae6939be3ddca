import { APP_ID, VERIFICATION_TOKEN } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { User } from "../workspace/records.ts";
import type { ResponseTarget } from "../workspace/response-urls.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { payloadTeam, payloadUser } from "./people.ts";

/** The members that every interaction has. */
export function interactionBase(type: string, user: User): JsonObject {
  return {
    type,
    user: payloadUser(user),
    api_app_id: APP_ID,
    token: VERIFICATION_TOKEN,
    team: payloadTeam(),
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** A new address for answers. */
export function responseUrl(
  workspace: Workspace,
  kind: "commands" | "actions" | "app",
  target: ResponseTarget,
): string {
  const secret = workspace.state.responseUrls.create(target);
  workspace.touch();
  return `${workspace.url}/response/${kind}/${secret}`;
}
