import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { z } from "zod";
import { createFaultQueue, type FaultList, FaultRefused } from "../fault-queue.ts";
import { INBOX_CONTENT_SECURITY_POLICY, inboxPage } from "./inbox-page.ts";
import { type Envelope, type MailMessage, parseMailMessage } from "./mail-message.ts";

/**
 * Trouble for the next `times` messages.
 *
 * - `status`: the SMTP code of the refusal, 400–599 (550 when only `error` is given).
 * - `error`: the text of the refusal; `disconnect` drops the connection before the message is kept,
 *   `disconnect_after` keeps the message and drops the connection before saying so.
 * - `method`: the SMTP command that is refused, `MAIL`, `RCPT` or `DATA` (default: the end of `DATA`).
 * - `delay_ms`: how long the answer takes, also without a refusal. At most ten minutes.
 */
const MailFault = z.strictObject({
  target: z.literal("mail").optional(),
  method: z.enum(["MAIL", "RCPT", "DATA"]).default("DATA"),
  status: z.int().min(400).max(599).optional(),
  error: z.string().max(500).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  times: z.int().min(1).max(100_000).default(1),
});
type MailFault = z.output<typeof MailFault>;

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
function parseMailFault(input: unknown): MailFault {
  const parsed = MailFault.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new FaultRefused(`This is no fault of the mail sink. ${z.prettifyError(parsed.error)}`);
}

const MESSAGES_KEPT = 500;
const MESSAGE_BYTES_MAX = 25 * 1024 * 1024;
const CLOSE_TIMEOUT_MS = 500;

/** Where the sink listens. */
export interface MailSinkOptions {
  /** 0, the default, lets the system choose. */
  readonly smtpPort?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** A mail server that keeps what it is sent and delivers nothing. */
export interface MailSink extends AsyncDisposable {
  /** The SMTP port that was opened. */
  readonly port: number;
  /** The messages received, newest last; at most the latest 500. */
  messages(): readonly MailMessage[];
  /**
   * Answers `GET /mail` (a page) and `GET /mail/messages` (`{messages}`).
   *
   * @returns false, with nothing written, when the path is not under `/mail`.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /**
   * Adds trouble for coming messages; see {@link MailFault} for the fields.
   *
   * @returns the id under which it can be taken back.
   * @throws {FaultRefused} when the fault makes no sense.
   */
  fault(fault: unknown): string;
  /** Faults that still wait. */
  readonly faults: FaultList;
  /** Forgets messages and faults; delays under way end. */
  reset(): void;
}

/**
 * Opens a real SMTP server, without TLS; it takes any user and password, and none.
 *
 * @returns the sink, listening. Disposing it closes every connection.
 * @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be opened.
 */
export async function openMailSink(options: MailSinkOptions = {}): Promise<MailSink> {
  const faults = createFaultQueue<MailFault>("mail");
  const closing = new AbortController();
  let kept: MailMessage[] = [];
  let received = 0;

  const server = createSmtpServer({
    async meetFault(method) {
      const fault = faults.take((one) => one.method === method);
      if (fault?.delay_ms !== undefined) await faults.delay(fault.delay_ms, closing.signal);
      return fault;
    },
    async keep(source, envelope) {
      received += 1;
      const message = await parseMailMessage(source, envelope, received, new Date());
      kept = [...kept, message].slice(-MESSAGES_KEPT);
    },
  });
  // Broken connections belong to the client; a port that cannot be opened rejects below.
  server.on("error", () => {});
  const listening = once(server.server, "listening");
  server.listen(options.smtpPort ?? 0, options.host ?? "127.0.0.1");
  await listening;

  return {
    port: portOf(server),
    messages: () => kept,
    async handle(request, response) {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      if (pathname !== "/mail" && !pathname.startsWith("/mail/")) return false;
      request.resume();
      answer(request.method ?? "GET", pathname, kept, response);
      return true;
    },
    fault: (fault) => faults.add(parseMailFault(fault)),
    faults,
    reset() {
      faults.reset();
      kept = [];
      received = 0;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}

/** What the SMTP conversation needs of the sink. */
interface Conversation {
  /** Waits as the next fault for `method` says, and returns that fault. */
  meetFault(method: MailFault["method"]): Promise<MailFault | undefined>;
  keep(source: Buffer, envelope: Envelope): Promise<void>;
}

function createSmtpServer({ meetFault, keep }: Conversation): SMTPServer {
  const meet = async (method: MailFault["method"], session: SMTPServerSession) => {
    const fault = await meetFault(method);
    if (fault?.error === "disconnect") dropConnection(server, session);
    else if (fault !== undefined && fault.error !== "disconnect_after") refuse(fault);
    return fault;
  };
  const receive = async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
    const source = await buffer(stream);
    if (stream.sizeExceeded) throw smtpError(552, "The message is larger than 25 MB.");
    const fault = await meet("DATA", session);
    if (fault?.error === "disconnect") return;
    await keep(source, toEnvelope(session));
    if (fault?.error === "disconnect_after") dropConnection(server, session);
  };
  const server = new SMTPServer({
    name: "mail-sink.local",
    banner: "Heddle simulator: mail sink",
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    size: MESSAGE_BYTES_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
    logger: false,
    onAuth: (auth, _session, callback) => callback(null, { user: auth.username ?? "anyone" }),
    onMailFrom: (_address, session, callback) => settle(meet("MAIL", session), callback),
    onRcptTo: (_address, session, callback) => settle(meet("RCPT", session), callback),
    onData: (stream, session, callback) => settle(receive(stream, session), callback),
  });
  return server;
}

function toEnvelope({ envelope: { mailFrom, rcptTo } }: SMTPServerSession): Envelope {
  return {
    from: mailFrom === false ? "" : mailFrom.address,
    recipients: rcptTo.map((recipient) => recipient.address),
  };
}

function answer(
  method: string,
  pathname: string,
  messages: readonly MailMessage[],
  response: ServerResponse,
): void {
  const isPage = pathname === "/mail" || pathname === "/mail/";
  if (!isPage && pathname !== "/mail/messages") {
    send(response, 404, "application/json", JSON.stringify({ error: "There is no such page." }));
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    send(response, 405, "application/json", JSON.stringify({ error: "Use GET here." }));
    return;
  }
  if (isPage) {
    response.setHeader("Content-Security-Policy", INBOX_CONTENT_SECURITY_POLICY);
    send(response, 200, "text/html", inboxPage(messages));
    return;
  }
  send(response, 200, "application/json", JSON.stringify({ messages }));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function settle(work: Promise<unknown>, callback: (error?: Error | null) => void): void {
  work.then(
    () => callback(),
    (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
  );
}

/** Throws the refusal that `fault` asks for, if it asks for one. */
function refuse(fault: MailFault): void {
  if (fault.status === undefined && fault.error === undefined) return;
  const status = fault.status ?? 550;
  const fallback = status < 500 ? "Try again later" : "The message was refused";
  throw smtpError(status, fault.error ?? `${fallback} (asked for by a test).`);
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message.replace(/[\r\n]+/g, " ")), { responseCode });
}

function dropConnection(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of server.connections) {
    if (connection.id === session.id) connection._socket.destroy();
  }
}

function portOf(server: SMTPServer): number {
  const address = server.server.address();
  if (address === null || typeof address === "string")
    throw new Error("The mail sink has no port.");
  return address.port;
}
