import { type Credentials, howToAllow, howToSet, mayUse } from "../ports/credentials.ts";
import type { NameCheck } from "../ports/name-checks.ts";

/** Whether there is a credential of a name, and the workflow may use it. */
export function checkCredentialOf(
  workflowId: string,
  credentials: Pick<Credentials, "find">,
): NameCheck {
  return async (name) => {
    const known = await credentials.find(name);
    if (known === null) {
      const message = `there is no credential "${name}"; a step that uses it fails`;
      return { message, fix: howToSet(name) };
    }
    if (mayUse(known, workflowId)) return null;
    return {
      message: `"${workflowId}" may not use the credential "${name}"; a step that uses it fails`,
      fix: howToAllow(known, workflowId),
    };
  };
}
