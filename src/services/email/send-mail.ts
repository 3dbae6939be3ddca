import { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { isLoopback } from "../../shared/host.ts";
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
 * @param hideSecrets - for what the server says in a refusal. @default nothing is secret
 * @returns `{messageId, accepted, rejected}`; at least one recipient was accepted.
 * @throws {AppError} `service_unavailable` (retryable) or `service_rejected`; `outcomeUnknown` if
 *   the connection was lost after the server had begun to read the message.
 */
export async function sendMail(
  mail: ComposedMail,
  server: MailServer,
  signal: AbortSignal,
  hideSecrets?: (text: string) => string,
): Promise<JsonObject> {
  signal.throwIfAborted();
  const connection = await openConnection(server);
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
    throw toMailError(error, server.host, messageBegun, hideSecrets);
  } finally {
    connection.close();
  }
}

/**
 * Greets the mail server and logs in as for a message, and sends none.
 *
 * @returns whether the connection was encrypted.
 * @throws {AppError} as {@link sendMail}.
 */
export async function probeMailServer(
  server: MailServer,
  signal: AbortSignal,
): Promise<{ readonly isEncrypted: boolean }> {
  signal.throwIfAborted();
  const connection = await openConnection(server);
  try {
    await inSession<undefined>(connection, server, signal, (done) => done(undefined));
    return { isEncrypted: connection.secure };
  } catch (error) {
    throw toMailError(error, server.host, false);
  } finally {
    connection.quit();
  }
}

async function openConnection({ host, port, login }: MailServer): Promise<SMTPConnection> {
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  return new Connection({
    host,
    port,
    secure: port === IMPLICIT_TLS_PORT,
    // Never sends a password unencrypted over a network, even if STARTTLS is stripped in between.
    requireTLS: login !== null && !isLoopback(host),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  });
}

/** One SMTP session with one message. */
function converse(
  connection: SMTPConnection,
  mail: ComposedMail,
  body: Readable,
  server: MailServer,
  signal: AbortSignal,
): Promise<{ readonly accepted: string[]; readonly rejected: string[] }> {
  return inSession(connection, server, signal, (done, fail) =>
    connection.send(
      { from: mail.from, to: [...mail.recipients], size: mail.source.length },
      body,
      (error, info) => {
        if (error) fail(error);
        else done({ accepted: info.accepted, rejected: info.rejected });
      },
    ),
  );
}

/** Connects, logs in, and works until `done` or `fail` is called. Rejects if the connection ends early. */
function inSession<T>(
  connection: SMTPConnection,
  { login }: MailServer,
  signal: AbortSignal,
  work: (done: (result: T) => void, fail: (error: unknown) => void) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  connection.on("error", reject);
  connection.on("end", () => reject(new Error("The server ended the connection.")));
  connection.connect((error) => {
    if (error) reject(error);
    else if (login === null) work(resolve, reject);
    else {
      connection.login({ credentials: { user: login.user, pass: login.password } }, (refused) =>
        refused ? reject(refused) : work(resolve, reject),
      );
    }
  });
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
