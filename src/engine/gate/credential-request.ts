import type { z } from "zod";
import {
  CREDENTIAL_NAME,
  CredentialBounds,
  CredentialValues,
  secretsOfCredential,
} from "../../shared/credential-values.ts";
import { AppError } from "../../shared/errors.ts";
import { matchesHost } from "../../shared/host-pattern.ts";
import type { CredentialRequest } from "../api/credentials.ts";

/** What is wrong with a member, as it follows its name. */
interface MemberProblem {
  readonly path: string;
  readonly message: string;
}

/** A request of which everything fits. */
export interface CheckedCredential {
  readonly values: CredentialValues;
  readonly hosts: readonly string[];
  readonly testUrl: string | null;
}

/** @throws {AppError} `input_invalid` unless credentials can have this name. */
export function assertCredentialName(name: string): void {
  if (CREDENTIAL_NAME.test(name)) return;
  throw invalid([
    {
      path: "name",
      message:
        "must begin with a small letter and have only small letters, digits and _ (40 at most), such as github",
    },
  ]);
}

/** @throws {AppError} `input_invalid` with one problem for each member, none of which has a value in it. */
export function checkCredential({ values, hosts, testUrl }: CredentialRequest): CheckedCredential {
  const read = CredentialValues.safeParse(values);
  const bounds = CredentialBounds.safeParse({ hosts, testUrl });
  const problems = [...problemsOf(read.error), ...problemsOf(bounds.error)];
  if (!read.success || !bounds.success) throw invalid(problems);
  const { data } = bounds;
  const trouble = data.testUrl === null ? null : troubleWith(data.testUrl, data.hosts, read.data);
  if (trouble !== null) throw invalid([{ path: "testUrl", message: trouble }]);
  return { values: read.data, hosts: [...new Set(data.hosts)], testUrl: data.testUrl };
}

/** The address is shown to admins, so nothing secret may stand in it. */
function troubleWith(
  text: string,
  hosts: readonly string[],
  values: CredentialValues,
): string | null {
  const url = new URL(text);
  if (!matchesHost(url, hosts)) return "must be an address at one of its hosts";
  const isSecret =
    url.username !== "" ||
    url.password !== "" ||
    secretsOfCredential(values).some(
      (secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)),
    );
  return isSecret
    ? "must hold nothing secret: what proves who calls is added when it is sent"
    : null;
}

function problemsOf(error: z.ZodError | undefined): readonly MemberProblem[] {
  const problems = new Map<string, string>();
  for (const { path, message } of error?.issues ?? []) {
    const member = String(path[0] ?? "values");
    if (!problems.has(member)) problems.set(member, `must be ${message}`);
  }
  return [...problems].map(([path, message]) => ({ path, message }));
}

export function invalid(problems: readonly MemberProblem[]): AppError {
  const list = problems.map(({ path, message }) => `${path} ${message}`).join("; ");
  return new AppError({
    code: "input_invalid",
    message: `Nothing was done: ${list}.`,
    details: {
      problems: problems.map(({ path, message }) => ({ path, message, fix: `Correct ${path}.` })),
    },
  });
}
