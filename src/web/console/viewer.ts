import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import type { TokenScope } from "../../engine/ports/tokens.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { WebRequest } from "../http/web-request.ts";

/** Who sees a page. */
export interface Viewer {
  /** Slack user id, or `api`: the operator. Everything that the page shows or does goes through the engine in this name. */
  readonly by: string;
  readonly name: string;
  readonly isAdmin: boolean;
  /** By a cookie; else the page was opened on the machine itself, or by a token. */
  readonly isSignedIn: boolean;
  /** Whether they may do what needs this scope; a session by a token has no others than the token. */
  may(scope: TokenScope): boolean;
}

/** @throws {AppError} `not_allowed` for people without a role; `slack_unavailable`. */
export async function viewerOf(
  { access }: Pick<Engine, "access">,
  { by, session }: Pick<WebRequest, "by" | "session">,
): Promise<Viewer> {
  const scopes = session?.token?.scopes;
  return {
    by,
    ...(isUserId(by)
      ? await personOf(access, by)
      : { name: "Operator", isAdmin: await access.isAdmin(OPERATOR) }),
    isSignedIn: session !== null,
    may: (scope) => scopes === undefined || scopes.includes(scope) || scopes.includes("admin"),
  };
}

async function personOf(access: Engine["access"], by: string) {
  const { name, role } = await access.caller(by);
  return { name, isAdmin: role === "admin" };
}
