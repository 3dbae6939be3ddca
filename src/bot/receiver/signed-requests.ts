import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isValidSlackRequest } from "@slack/bolt";
import type { Logger } from "pino";
import type { Clock } from "../../engine/ports/clock.ts";
import { BodySlots } from "../../shared/body-slots.ts";
import { discardRest, type NoBody, readRequestBody } from "../../shared/request-body.ts";
import { readPayload } from "./payload.ts";

const MEGABYTE = 1024 * 1024;
const MAX_BODY_BYTES = MEGABYTE;
/** Slack gives up after three seconds (https://docs.slack.dev/apis/events-api#error-handling). */
const BODY_MS = 5000;
/** How long the rest of a refused request is thrown away before its connection is cut: a sender reads the answer when it has sent all. */
const LINGER_MS = 2000;
/** How far the time that was signed may be from now (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
const WINDOW_MS = 5 * 60_000;

/** Slack's test of a certificate comes as a short form without a signature (https://docs.slack.dev/interactivity/implementing-slash-commands). */
const CERTIFICATE_TEST = { type: "application/x-www-form-urlencoded", maxBytes: 1024 };

export interface SignedRequestsOptions {
  readonly signingSecret: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Lets through to Bolt's receiver what Slack has signed and Bolt can read, each with its body in `rawBody`. What has no signature, or an
 * old one, is refused before its body is read; bodies are limited in size, number and time, so that requests of others cost little and do
 * not keep Slack's out. Never throws.
 */
export function onlySigned(
  listener: RequestListener,
  options: SignedRequestsOptions,
): RequestListener {
  const signed = new BodySlots({ count: 150, bytes: 4 * MEGABYTE });
  const unsigned = new BodySlots({ count: 20, bytes: MEGABYTE });
  const log = refusalLog(options);
  return (request, response) => {
    if (request.method !== "POST") {
      response.writeHead(405, { Allow: "POST" }).end();
    } else if (mayTestCertificate(request)) {
      void answerCertificateTest(request, response, unsigned);
    } else {
      const why = whyHeadRefused(request, options.clock.now());
      if (why === null)
        void passOn(listener, request, response, { ...options, slots: signed, log });
      else {
        log(why);
        refuse(request, response, 401, why);
      }
    }
  };
}

interface PassOptions extends SignedRequestsOptions {
  readonly slots: BodySlots;
  readonly log: (why: string) => void;
}

const WRONG_SECRET = "The signature is not that of SLACK_SIGNING_SECRET.";
const LOG_MS = 60_000;

/** Says at most once a minute that requests are refused: others may send any number of them. */
function refusalLog({ logger, clock }: SignedRequestsOptions): (why: string) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let refused = 0;
  return (why) => {
    refused += 1;
    if (clock.elapsed() - loggedAt < LOG_MS) return;
    logger.warn({ why, refused }, "requests to the address of Slack's events were refused");
    loggedAt = clock.elapsed();
    refused = 0;
  };
}

/** Never rejects. */
async function passOn(
  listener: RequestListener,
  request: IncomingMessage,
  response: ServerResponse,
  { signingSecret, logger, slots, log }: PassOptions,
): Promise<void> {
  const body = await readRequestBody(request, {
    ...{ maxBytes: MAX_BODY_BYTES, drainedBytes: 2 * MEGABYTE, timeoutMs: BODY_MS, slots },
  });
  if (typeof body === "string") return refuseBody(request, response, body);
  if (!isSigned(request, body, signingSecret)) {
    log(WRONG_SECRET);
    return refuse(request, response, 401, WRONG_SECRET);
  }
  const payload = readPayload(body.toString("utf8"), request.headers["content-type"] ?? "");
  if ("problem" in payload) {
    logger.warn({ problem: payload.problem }, "a signed request of Slack's cannot be read");
    return refuse(request, response, 400, payload.problem);
  }
  try {
    listener(Object.assign(request, { rawBody: body }), response);
  } catch (error) {
    logger.error({ err: error }, "the receiver failed at a request");
    refuse(request, response, 500, "The request could not be handled.");
  }
}

function isSigned(request: IncomingMessage, body: Buffer, signingSecret: string): boolean {
  return isValidSlackRequest({
    signingSecret,
    body: body.toString("utf8"),
    headers: {
      "x-slack-signature": String(request.headers["x-slack-signature"]),
      "x-slack-request-timestamp": Number(request.headers["x-slack-request-timestamp"]),
    },
  });
}

/** Why a request is refused for its head alone; `null`: it is not. */
function whyHeadRefused({ headers }: IncomingMessage, now: number): string | null {
  const { "x-slack-signature": signature, "x-slack-request-timestamp": time } = headers;
  if (typeof signature !== "string" || !/^v0=[\da-f]{64}$/.test(signature))
    return "X-Slack-Signature is missing, or no signature of Slack's.";
  if (typeof time !== "string" || !/^\d{1,12}$/.test(time))
    return "X-Slack-Request-Timestamp is missing, or no time.";
  const isNear = Math.abs(now - Number(time) * 1000) <= WINDOW_MS;
  return isNear ? null : "The request was signed more than 5 minutes ago or ahead.";
}

function mayTestCertificate({ headers }: IncomingMessage): boolean {
  const { type, maxBytes } = CERTIFICATE_TEST;
  const length = Number(headers["content-length"] ?? Number.NaN);
  return (
    headers["x-slack-signature"] === undefined &&
    headers["content-type"]?.startsWith(type) === true &&
    length <= maxBytes
  );
}

/** Never rejects. */
async function answerCertificateTest(
  request: IncomingMessage,
  response: ServerResponse,
  slots: BodySlots,
): Promise<void> {
  const { maxBytes } = CERTIFICATE_TEST;
  const body = await readRequestBody(request, { maxBytes, timeoutMs: BODY_MS, slots });
  if (typeof body === "string") return refuseBody(request, response, body);
  if (new URLSearchParams(body.toString("utf8")).get("ssl_check") === "1") response.end();
  else refuse(request, response, 401, "X-Slack-Signature is missing.");
}

function refuseBody(request: IncomingMessage, response: ServerResponse, why: NoBody): void {
  if (why === "too_large" || why === "huge")
    return refuse(request, response, 413, "The body is larger than 1 MB.");
  if (why === "crowded")
    return refuse(request, response, 503, "Too many requests are being read. Send it again.");
  return refuse(request, response, 408, "The body did not arrive in time.");
}

/**
 * Answers at once. A sender reads the answer when it has sent all, so that what is left of a body of a usual size is thrown away for a
 * moment; of any other the connection is closed.
 */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  error: string,
): void {
  if (response.headersSent || response.destroyed) return;
  const lingers = status === 401 && Number(request.headers["content-length"]) <= MAX_BODY_BYTES;
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    ...(status === 503 && { "Retry-After": "1" }),
    ...(!lingers && !request.complete && { Connection: "close" }),
  });
  response.end(`${JSON.stringify({ error })}\n`);
  if (request.complete) return;
  discardRest(request);
  if (!lingers) return;
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once("close", () => clearTimeout(timer));
}
