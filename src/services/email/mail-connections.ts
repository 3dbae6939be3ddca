import { readFile } from "node:fs/promises";
import { getCACertificates } from "node:tls";
import { bulkhead } from "cockatiel";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { AppError } from "../../shared/errors.ts";
import { isLoopback } from "../../shared/host.ts";
import { networkCode } from "../../shared/network-error.ts";

/** The mail server, and the sender of all messages. */
export interface MailServer {
  readonly host: string;
  /** 465: TLS from the start; other ports: STARTTLS if the server offers it. */
  readonly port: number;
  /** With a user, the connection must be encrypted unless the server is on this machine. */
  readonly login: { readonly user: string; readonly password: string } | null;
  /** `Heddle <bot@example.com>` */
  readonly from: string;
  /** File (PEM) of authorities whose certificates are accepted besides those that Node knows. */
  readonly caFile?: string | null;
  /** @default {@link LIMITS} */
  readonly limits?: Partial<MailLimits>;
}

/** How long is waited for the server, in milliseconds. */
export interface MailLimits {
  /** Until it has greeted. */
  readonly connectMs: number;
  /** From the greeting until it is ready for the message, however often it says a word in between. */
  readonly envelopeMs: number;
  /** From then on until it has taken the message: some scan it first. */
  readonly messageMs: number;
  /** Until a connection that nothing uses is closed; many servers close it after ten seconds themselves. */
  readonly idleMs: number;
}

/** Both together stay below the limit of a step, so that it is known here whether the message was begun. */
const LIMITS: MailLimits = {
  connectMs: 10_000,
  envelopeMs: 60_000,
  messageMs: 240_000,
  idleMs: 8000,
};

/** At once: servers refuse more of one client, 10 as a rule. */
const MAX_CONNECTIONS = 5;

/** Messages over one connection, after which a new one is made: servers end it there, often at 100. */
const MAX_MESSAGES = 50;

const IMPLICIT_TLS_PORT = 465;

/** A connection that has greeted and logged in. */
export interface MailSession {
  readonly connection: SMTPConnection;
  /** What the server offers, as it said so. */
  readonly offers: string;
  /** Messages that it has taken. */
  taken: number;
  /** Hears why the connection ended. */
  onEnd: (error: unknown) => void;
}

/** Connections to one mail server, used again as long as they stand. */
export interface MailConnections extends Disposable {
  readonly server: MailServer;
  readonly limits: MailLimits;
  /**
   * Waits for one of the places, and works with connections there.
   *
   * @throws what `work` throws; the reason of the signal.
   */
  inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** A connection that was kept. @returns `null` if there is none. */
  takeKept(): MailSession | null;
  /** @throws what the client throws; {@link AppError} for a file that cannot be read. */
  open(signal: AbortSignal): Promise<MailSession>;
  /** Keeps a connection for the next message. */
  keep(session: MailSession): void;
}

interface Kept {
  readonly session: MailSession;
  /** Closes it once nothing has used it for a while. */
  readonly timer: NodeJS.Timeout;
}

export function createMailConnections(server: MailServer): MailConnections {
  const limits = { ...LIMITS, ...server.limits };
  const places = bulkhead(MAX_CONNECTIONS, Number.MAX_SAFE_INTEGER);
  const kept: Kept[] = [];
  /** Also stops the timer: a connection in use must not be closed because it was kept before. */
  const forget = (one: Kept | undefined): void => {
    if (one === undefined) return;
    clearTimeout(one.timer);
    const index = kept.indexOf(one);
    if (index >= 0) kept.splice(index, 1);
  };
  const drop = (one: Kept): void => {
    forget(one);
    one.session.connection.quit();
  };
  return {
    server,
    limits,
    inTurn: async (signal, work) => {
      signal.throwIfAborted();
      return places.execute(work, signal);
    },
    takeKept() {
      const last = kept.at(-1);
      forget(last);
      return last?.session ?? null;
    },
    open: (signal) => openSession(server, limits, signal),
    keep(session) {
      if (session.taken >= MAX_MESSAGES || kept.length >= MAX_CONNECTIONS) {
        session.connection.quit();
        return;
      }
      const timer = setTimeout(() => drop(one), limits.idleMs).unref();
      const one: Kept = { session, timer };
      session.onEnd = () => forget(one);
      kept.push(one);
    },
    [Symbol.dispose]() {
      for (const one of [...kept]) drop(one);
    },
  };
}

async function openSession(
  server: MailServer,
  limits: MailLimits,
  signal: AbortSignal,
): Promise<MailSession> {
  const connection = await createConnection(server, limits);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const session = { connection, taken: 0, onEnd: reject };
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  connection.on("error", (error) => session.onEnd(error));
  connection.on("end", () => session.onEnd(new Error("The server ended the connection.")));
  try {
    signal.throwIfAborted();
    connection.connect((error) => {
      if (error) reject(error);
      else logIn(connection, server, resolve, reject);
    });
    return Object.assign(session, { offers: await promise });
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Logs in where there is a login. @param done - with what the server said that it offers. */
function logIn(
  connection: SMTPConnection,
  { login }: MailServer,
  done: (offers: string) => void,
  fail: (error: unknown) => void,
): void {
  const offers = connection.lastServerResponse || "";
  if (login === null) return done(offers);
  const { user, password } = login;
  connection.login({ credentials: { user, pass: password } }, (error) => {
    if (error) fail(error);
    else done(offers);
  });
}

async function createConnection(
  { host, port, login, caFile }: MailServer,
  { connectMs, messageMs }: MailLimits,
): Promise<SMTPConnection> {
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  const ca = caFile ? await readAuthorities(caFile) : null;
  return new Connection({
    host,
    port,
    secure: port === IMPLICIT_TLS_PORT,
    // Never sends a password unencrypted over a network, even if STARTTLS is stripped in between.
    requireTLS: login !== null && !isLoopback(host),
    ...(ca !== null && { tls: { ca: [...ca] } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: messageMs,
  });
}

/** Read anew for each connection, so that a renewed file needs no restart. Node's own are no longer known once others are given. */
async function readAuthorities(file: string): Promise<readonly string[]> {
  try {
    return [...getCACertificates(), await readFile(file, "utf8")];
  } catch (cause) {
    throw new AppError({
      code: "service_rejected",
      message: `The file of SMTP_CA_FILE cannot be read (${networkCode(cause) ?? "no text"}), so no mail server is trusted by it. The operator corrects its path or its rights.`,
      cause,
    });
  }
}
