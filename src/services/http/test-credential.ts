import type { Credentials, CredentialTester } from "../../engine/ports/credentials.ts";
import { createAddressGuard } from "./address-guard.ts";
import { OAuthTokens } from "./oauth-tokens.ts";
import { askStatus } from "./send-request.ts";

/**
 * Tests credentials as requests of workflows prove themselves by them, within the same bounds.
 *
 * @param options - `allowHosts`: as for the HTTP service.
 */
export function createCredentialTester({
  allowHosts,
  credentials,
}: {
  readonly allowHosts: readonly string[];
  readonly credentials: Pick<Credentials, "use" | "hide">;
}): CredentialTester {
  const guard = createAddressGuard(allowHosts);
  return async (name, url) => {
    // What was valid before would hide that the new values are not.
    const { previous: _, ...credential } = await credentials.use(name, { workflowId: null, url });
    // A token that was fetched earlier would hide the same.
    const tokens = new OAuthTokens(guard, (secrets, until) => credentials.hide(secrets, until));
    return { status: await askStatus(url, credential, { guard, tokens }) };
  };
}
