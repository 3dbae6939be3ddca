import { Readable } from "node:stream";
import type { SMTPError } from "nodemailer/lib/smtp-connection";
import { isAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { ComposedMail } from "./compose-mail.ts";
import { needsUtf8 } from "./mail-addresses.ts";
import {
  createMailConnections,
  type MailConnections,
  type MailServer,
  type MailSession,
} from "./mail-connections.ts";
import { noUtf8, refusalsOf, toMailError } from "./mail-errors.ts";

/**
 * Hands a message to the mail server, over a connection that was kept if there is one.
 *
 * @param hideSecrets - for what the server says in a refusal. @default nothing is secret
 * @returns `{messageId, accepted, rejected, refusals}`; at least one recipient was accepted.
 * @throws {AppError} `service_unavailable` (retryable) or `service_rejected`; `outcomeUnknown` if
 *   the connection was lost after the server had begun to read the message.
 */
export async function sendMail(
  mail: ComposedMail,
  connections: MailConnections,
  signal: AbortSignal,
  hideSecrets: (text: string) => string = (text) => text,
): Promise<JsonObject> {
  return connections.inTurn(signal, async () => {
    const kept = connections.takeKept();
    const first = await tryToSend(mail, connections, kept, signal, hideSecrets);
    // The server may have closed a kept connection while the message was on its way to it.
    const last = first ?? (await tryToSend(mail, connections, null, signal, hideSecrets));
    if (last === null) throw new Error("A new connection is not a kept one.");
    return last;
  });
}

/** @returns `null` if a kept connection was lost before the message was begun, so that another one can be tried. */
async function tryToSend(
  mail: ComposedMail,
  connections: MailConnections,
  kept: MailSession | null,
  signal: AbortSignal,
  hideSecrets: (text: string) => string,
): Promise<JsonObject | null> {
  const { server, limits } = connections;
  using deadline = new Deadline(limits.envelopeMs);
  const stop = AbortSignal.any([signal, deadline.signal]);
  let messageBegun = false;
  // Read only when the server is ready for the message.
  const body = new Readable({
    read() {
      messageBegun = true;
      deadline.extend(limits.messageMs);
      this.push(mail.source);
      this.push(null);
    },
  });
  let session = kept;
  try {
    session ??= await connections.open(stop);
    assertTakesAddresses(mail, session, server.host);
    const { accepted, rejected, rejectedErrors } = await converse(session, mail, body, stop);
    session.taken += 1;
    connections.keep(session);
    const refusals: Json = refusalsOf(rejectedErrors, hideSecrets);
    return { messageId: mail.messageId, accepted, rejected, refusals };
  } catch (error) {
    session?.connection.close();
    const wasStale = kept !== null && !messageBegun && !stop.aborted && !isAnswer(error);
    if (wasStale) return null;
    throw toMailError(error, server.host, messageBegun, hideSecrets);
  }
}

/** Whether the server itself said no, over a connection that stands. */
function isAnswer(error: unknown): boolean {
  return isAppError(error) || (error instanceof Error && "responseCode" in error);
}

function assertTakesAddresses(
  { from, recipients }: ComposedMail,
  { offers }: MailSession,
  host: string,
): void {
  const foreign = [from, ...recipients].find((address) => needsUtf8(address));
  if (foreign !== undefined && !/[ -]SMTPUTF8\b/i.test(offers)) throw noUtf8(host, foreign);
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
  using connections = createMailConnections(server);
  try {
    const { connection } = await connections.open(signal);
    connection.quit();
    return { isEncrypted: connection.secure };
  } catch (error) {
    throw toMailError(error, server.host, false);
  }
}

interface Taken {
  readonly accepted: string[];
  readonly rejected: string[];
  readonly rejectedErrors: readonly SMTPError[];
}

/** One message over a connection. Rejects if the connection ends early. */
async function converse(
  session: MailSession,
  mail: ComposedMail,
  body: Readable,
  signal: AbortSignal,
): Promise<Taken> {
  const { promise, resolve, reject } = Promise.withResolvers<Taken>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  session.onEnd = reject;
  const { source, from, recipients } = mail;
  try {
    signal.throwIfAborted();
    session.connection.send(
      { from, to: [...recipients], size: source.length },
      body,
      (error, info) => {
        if (error) return reject(error);
        const { accepted, rejected, rejectedErrors = [] } = info;
        resolve({ accepted, rejected, rejectedErrors });
      },
    );
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A limit that can be set anew. */
class Deadline implements Disposable {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = this.#start(ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  extend(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #start(ms: number): NodeJS.Timeout {
    const error = Object.assign(new Error("The mail server was too slow."), { code: "ETIMEDOUT" });
    return setTimeout(() => this.#controller.abort(error), ms);
  }
}
