import type { z } from "zod";
import type { GivenCredential } from "../engine/ports/credentials.ts";
import {
  CREDENTIAL_NAME,
  CredentialBounds,
  CredentialValues,
  secretsOfCredential,
} from "../shared/credential-values.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { readPlainJson } from "../shared/read-json.ts";
import { revealSecrets } from "../shared/secret-reference.ts";

const PREFIX = "CREDENTIAL_";

/**
 * The credentials of the environment: `CREDENTIAL_GITHUB` holds the one named `github`, as JSON.
 *
 * @param secrets - what `{{secrets.NAME}}` in them stands for.
 * @returns also what is wrong, in sentences that name the variable and never a value.
 */
export function readCredentials(
  given: Readonly<Record<string, string | undefined>>,
  secrets: Readonly<Record<string, string>>,
): {
  readonly credentials: Readonly<Record<string, GivenCredential>>;
  readonly problems: readonly string[];
} {
  const credentials: Record<string, GivenCredential> = Object.create(null);
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(given)) {
    if (!variable.startsWith(PREFIX) || text === undefined) continue;
    const name = variable.slice(PREFIX.length).toLowerCase();
    const read = CREDENTIAL_NAME.test(name)
      ? readOne(text, secrets)
      : "must have a name of letters, digits and _ that begins with a letter";
    if (typeof read === "string") problems.push(`${variable} ${read}.`);
    else credentials[name] = read;
  }
  return { credentials, problems };
}

/** Secrets of the credentials, to be hidden. */
export function secretsOfCredentials(
  credentials: Readonly<Record<string, GivenCredential>>,
): readonly string[] {
  return Object.values(credentials).flatMap(({ values }) => secretsOfCredential(values));
}

/** @returns a sentence that follows the variable's name, where it cannot be used. */
function readOne(
  text: string,
  secrets: Readonly<Record<string, string>>,
): GivenCredential | string {
  let parsed: JsonObject;
  try {
    const json = readPlainJson(text);
    if (!isJsonObject(json)) return EXAMPLE;
    parsed = json;
  } catch {
    return EXAMPLE;
  }
  const unknown = new Set<string>();
  const filled = revealSecrets(parsed, (name) => {
    if (Object.hasOwn(secrets, name)) return secrets[name] ?? "";
    unknown.add(name);
    return "";
  });
  if (unknown.size > 0) return `names SECRET_${[...unknown].join(", SECRET_")}, which is not set`;
  const { hosts, workflows, testUrl, ...rest } = filled;
  const bounds = CredentialBounds.safeParse({ hosts, workflows, testUrl });
  if (!bounds.success) return problemOf(bounds.error);
  const values = CredentialValues.safeParse(rest);
  return values.success ? { ...bounds.data, values: values.data } : problemOf(values.error);
}

const EXAMPLE =
  'must be JSON such as {"kind":"bearer","token":"{{secrets.GITHUB_TOKEN}}","hosts":["api.github.com"],"workflows":["triage"]}';

function problemOf({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.join(".") ?? "";
  return path === ""
    ? `is not right: ${issue?.message ?? ""}`
    : `is not right: "${path}" must be ${issue?.message ?? ""}`;
}
