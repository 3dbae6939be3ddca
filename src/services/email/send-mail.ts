import { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { JsonObject } from "../../shared/json.ts";
import type { ComposedMail } from "./compose-mail.ts";
import { toMailError } from "./mail-errors.ts";

/** The mail server, and the sender of all messages. */
export interface MailServer {
  readonly host: string;
  /** 465: TLS from the start; other ports: STARTTLS if the server offers it. */
  readonly port: number;
  /** With a user, the connection must be encrypted unless the server is on this machine. */
  readonly login: { readonly user: string; readonly password: string } | null;
  /** `Heddle <bot@example.com>` */
  readonly from: string;
}

const CONNECT_MS = 10_000;
/** Milliseconds that the server may be silent: some scan a message before they accept it. */
const SILENCE_MS = 60_000;

const IMPLICIT_TLS_PORT = 465;

/**
 * Hands a message to the mail server.
 *
 * @returns `{messageId, accepted, rejected}`; at least one recipient was accepted.
 * @throws {AppError} `service_unavailable` (retryable) or `service_rejected`; `outcomeUnknown` if
 *   the connection was lost after the server had begun to read the message.
 */
export async function sendMail(
  mail: ComposedMail,
  server: MailServer,
  signal: AbortSignal,
): Promise<JsonObject> {
  signal.throwIfAborted();
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  const connection = new Connection({
    host: server.host,
    port: server.port,
    secure: server.port === IMPLICIT_TLS_PORT,
    // Never sends a password unencrypted over a network, even if STARTTLS is stripped in between.
    requireTLS: server.login !== null && !isLoopback(server.host),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  });
  let messageBegun = false;
  // Read only when the server is ready for the message.
  const body = new Readable({
    read() {
      messageBegun = true;
      this.push(mail.source);
      this.push(null);
    },
  });
  try {
    const { accepted, rejected } = await converse(connection, mail, body, server, signal);
    return { messageId: mail.messageId, accepted, rejected };
  } catch (error) {
    throw toMailError(error, server.host, messageBegun);
  } finally {
    connection.close();
  }
}

/** One SMTP session. Rejects if the connection ends early. */
function converse(
  connection: SMTPConnection,
  mail: ComposedMail,
  body: Readable,
  { login }: MailServer,
  signal: AbortSignal,
): Promise<{ readonly accepted: string[]; readonly rejected: string[] }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly accepted: string[];
    readonly rejected: string[];
  }>();
  const send = (): void =>
    connection.send(
      { from: mail.from, to: [...mail.recipients], size: mail.source.length },
      body,
      (error, info) => {
        if (error) reject(error);
        else resolve({ accepted: info.accepted, rejected: info.rejected });
      },
    );
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  connection.on("error", reject);
  connection.on("end", () => reject(new Error("The server ended the connection.")));
  connection.connect((error) => {
    if (error) reject(error);
    else if (login === null) send();
    else {
      connection.login({ credentials: { user: login.user, pass: login.password } }, (refused) =>
        refused ? reject(refused) : send(),
      );
    }
  });
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
