import { AppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { beginningOf } from "../../shared/shorten.ts";

/** Characters quoted of a server's refusal. */
const MAX_EXCERPT = 200;

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
  hideSecrets: (text: string) => string = (text) => text,
): AppError {
  const status = readOwn(error, "responseCode");
  const code = readOwn(error, "code");
  if (typeof status === "number" && status >= 400) {
    const said = excerptOf(readOwn(error, "response"), hideSecrets);
    return refused(error, host, status, code, said);
  }
  if (code === "EAUTH") return loginFailed(host, "", error);
  if (code === "ETLS") {
    return new AppError({
      code: "service_rejected",
      message: `The mail server ${host} gave no encrypted connection that can be trusted. The operator checks SMTP_HOST, SMTP_PORT and the server's certificate.`,
      cause: error,
    });
  }
  const original = readOwn(error, "originalCode") ?? code;
  const why = typeof original === "string" ? ` (${original})` : "";
  return new AppError({
    code: "service_unavailable",
    message: messageBegun
      ? `The connection to the mail server ${host} was lost${why} while it took the message. It is not known whether it was sent.`
      : `The mail server ${host} cannot be reached${why}. The operator checks SMTP_HOST and SMTP_PORT.`,
    retryable: true,
    outcomeUnknown: messageBegun,
    cause: error,
  });
}

/** The server refused the message, so the outcome is known. */
function refused(
  cause: unknown,
  host: string,
  status: number,
  code: unknown,
  said: string,
): AppError {
  if (code === "EAUTH" && status >= 500) return loginFailed(host, said, cause);
  const retryable = status < 500;
  return new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: retryable
      ? `The mail server ${host} cannot take the message now${said}`
      : `The mail server ${host} refused the message${said}`,
    retryable,
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

function excerptOf(response: unknown, hideSecrets: (text: string) => string): string {
  if (typeof response !== "string") return ".";
  const text = beginningOf(hideSecrets(response).replaceAll(/\s+/g, " ").trim(), MAX_EXCERPT);
  return `: ${/[.!?]$/.test(text) ? text : `${text}.`}`;
}
