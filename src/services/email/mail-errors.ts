import { certificateProblem } from "../../shared/certificate-error.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { beginningOf } from "../../shared/shorten.ts";

/** Characters quoted of a server's refusal. */
const MAX_EXCERPT = 200;

/** Recipients whose refusal is quoted. */
const MAX_NAMED = 3;

/**
 * Milliseconds after which a message is offered again that a server does not want yet, where it does not say when: servers that
 * let strangers wait (https://www.rfc-editor.org/rfc/rfc6647) do so for five minutes as a rule.
 */
const GREYLISTED_MS = 5 * 60_000;

/** Longest wait that a server can ask for, in milliseconds. */
const MAX_WAIT_MS = 24 * 60 * 60_000;

type Hide = (text: string) => string;

/**
 * Turns what the SMTP client threw into an error that says whether the message may have been taken.
 *
 * @param messageBegun - the server had begun to read the message.
 * @param hideSecrets - is called before what the server says is cut. @default nothing is secret
 */
export function toMailError(
  error: unknown,
  host: string,
  messageBegun: boolean,
  hideSecrets: Hide = (text) => text,
): AppError {
  if (isAppError(error)) return error;
  const status = readOwn(error, "responseCode");
  const code = readOwn(error, "code");
  if (typeof status === "number" && status >= 400) return refused(error, host, status, hideSecrets);
  if (code === "EAUTH") return loginFailed(host, "", error);
  if (code === "EMESSAGE") return tooLarge(host, error);
  return untrusted(error, host) ?? lost(error, host, messageBegun);
}

function lost(cause: unknown, host: string, messageBegun: boolean): AppError {
  const original = readOwn(cause, "originalCode") ?? readOwn(cause, "code");
  const why = typeof original === "string" ? ` (${original})` : "";
  return new AppError({
    code: "service_unavailable",
    message: messageBegun
      ? `The connection to the mail server ${host} was lost${why} while it took the message. It is not known whether it was sent.`
      : `The mail server ${host} cannot be reached${why}. The operator checks SMTP_HOST and SMTP_PORT.`,
    retryable: true,
    outcomeUnknown: messageBegun,
    cause,
  });
}

/** Of an encrypted connection that did not come about; `null` for another error. */
function untrusted(cause: unknown, host: string): AppError | null {
  const code = readOwn(cause, "originalCode") ?? readOwn(cause, "code");
  const problem = typeof code === "string" ? certificateProblem(code, cause) : null;
  if (problem === null && readOwn(cause, "code") !== "ETLS") return null;
  return new AppError({
    code: "service_rejected",
    message:
      problem === null
        ? `The mail server ${host} gave no encrypted connection that can be trusted. The operator checks SMTP_HOST, SMTP_PORT and the server's certificate.`
        : `The certificate of the mail server ${host} is not trusted: ${problem}. Nothing was sent. The operator corrects SMTP_HOST, has the certificate renewed, or gives the authority that signed it by SMTP_CA_FILE.`,
    cause,
  });
}

/** The server refused the message, so the outcome is known. */
function refused(cause: unknown, host: string, status: number, hideSecrets: Hide): AppError {
  const said = excerptOf(readOwn(cause, "response"), hideSecrets);
  if (readOwn(cause, "code") === "EAUTH" && status >= 500) return loginFailed(host, said, cause);
  const refusals = refusalsOf(readOwn(cause, "rejectedErrors"), hideSecrets);
  const named = refusals.slice(0, MAX_NAMED).map(({ address, reason }) => `${address}: ${reason}`);
  const more = refusals.length > MAX_NAMED ? `; and ${refusals.length - MAX_NAMED} more` : "";
  const whom = refusals.length === 0 ? said : `: ${endSentence(named.join("; ") + more)}`;
  const what = refusals.length === 0 ? "the message" : "every recipient";
  const retryable = status < 500;
  const response = readOwn(cause, "response");
  return new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: retryable
      ? `The mail server ${host} cannot take the message now${whom}`
      : `The mail server ${host} refused ${what}${whom}`,
    retryable,
    details: { answered: true },
    ...omitUndefined({
      retryAfterMs: typeof response === "string" ? waitMs(status, response) : undefined,
    }),
    cause,
  });
}

/** How long a server wants a message to wait: by what it says, or by the code of those that do not know the sender yet. */
function waitMs(status: number, said: string): number | undefined {
  const [, count, unit = ""] = /\b(\d{1,6}) ?(s|sec|seconds?|min|minutes?)\b/i.exec(said) ?? [];
  if (status < 500 && count !== undefined)
    return Math.min(Number(count) * (/^s/i.test(unit) ? 1000 : 60_000), MAX_WAIT_MS);
  return status === 450 || status === 451 ? GREYLISTED_MS : undefined;
}

/**
 * The recipients that a server refused, each with what it said.
 *
 * @param errors - of the SMTP client, one for each.
 */
export function refusalsOf(
  errors: unknown,
  hideSecrets: Hide,
): { readonly address: string; readonly status: number; readonly reason: string }[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    const address = readOwn(error, "recipient");
    const status = readOwn(error, "responseCode");
    const response = readOwn(error, "response");
    if (typeof address !== "string" || typeof status !== "number") return [];
    return [{ address, status, reason: quoted(String(response), hideSecrets) }];
  });
}

/** A recipient's name in front of the `@` that the server has no letters for. */
export function noUtf8(host: string, address: string): AppError {
  return new AppError({
    code: "service_rejected",
    message: `The mail server ${host} takes no addresses with other letters than a to z in front of the @, such as ${address}. Nothing was sent. Use another address of that person, or have the server's operator switch SMTPUTF8 on.`,
  });
}

function tooLarge(host: string, cause: unknown): AppError {
  const most = /(\d+)$/.exec(cause instanceof Error ? cause.message : "")?.[1];
  const limit = most === undefined ? "" : ` of ${Number(most) / 1_000_000} MB`;
  return new AppError({
    code: "service_rejected",
    message: `The message is larger than the limit${limit} of the mail server ${host}; attachments are a third longer in it. Nothing was sent. Send a link instead, or a smaller file.`,
    cause,
  });
}

function loginFailed(host: string, said: string, cause: unknown): AppError {
  return new AppError({
    code: "service_rejected",
    message: `The mail server ${host} did not accept the login${said || "."} The operator checks SMTP_USER and SMTP_PASS.`,
    cause,
  });
}

function excerptOf(response: unknown, hideSecrets: Hide): string {
  return typeof response === "string" ? `: ${endSentence(quoted(response, hideSecrets))}` : ".";
}

function quoted(response: string, hideSecrets: Hide): string {
  return beginningOf(hideSecrets(response).replaceAll(/\s+/g, " ").trim(), MAX_EXCERPT);
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
