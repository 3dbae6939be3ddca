import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "../../app/config.ts";
import { EVENTS_PATH } from "../../bot/receiver/connected-app.ts";
import { bareHost } from "../../shared/host.ts";
import { readOwn } from "../../shared/json.ts";
import { networkCode } from "../../shared/network-error.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, unknown, warning } from "../finding.ts";

const ANSWER_MS = 3000;

/** Whether PORT is free or the bot has it, and in HTTP mode whether it takes what Slack signs. */
export function portCheck({ config }: DoctorContext): Check {
  return {
    id: "port",
    title: "Port",
    run: async () => {
      const { host, port } = config.web;
      if (port === 0) return [ok("PORT is 0: the system chooses a free one at each start")];
      const bot = await findBot(config);
      if (bot === null) return [await tryToListen(host, port)];
      const secret = receiver(config);
      const answers =
        bot.reason === null
          ? ok(`a bot has ${host}:${port} and is ready`)
          : notReady(host, port, bot.reason);
      if (secret === null) return [answers];
      return [answers, await challenge(`${baseUrl(config)}${EVENTS_PATH}`, secret, "the bot")];
    },
  };
}

/** Whether the public address of HTTP mode leads to a bot with this signing secret. */
export function eventsUrlCheck({ config, eventsUrl }: DoctorContext): Check | null {
  const secret = receiver(config);
  if (secret === null) return null;
  return {
    id: "events_url",
    title: "Events URL",
    run: async () => {
      if (eventsUrl !== null) return [await challenge(eventsUrl, secret, eventsUrl)];
      return [
        unknown(
          "Not checked: the configuration does not say at which address Slack reaches the bot.",
          `While the bot runs: npm run doctor -- --events-url https://<your host>${EVENTS_PATH}`,
        ),
      ];
    },
  };
}

/** The signing secret, when Slack sends over HTTP. */
function receiver({ slack }: Config): string | null {
  return slack.appToken === null ? slack.signingSecret : null;
}

/** Where this machine reaches the bot's own server. */
function baseUrl({ web }: Config): string {
  const host = bareHost(web.host);
  const here = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${here.includes(":") ? `[${here}]` : here}:${web.port}`;
}

/** The bot that answers there, and why it is not ready; `null`: none does. */
async function findBot(config: Config): Promise<{ readonly reason: string | null } | null> {
  try {
    const response = await fetch(`${baseUrl(config)}/readyz`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const body: unknown = await response.json();
    const status = readOwn(body, "status");
    if (status === "ready") return { reason: null };
    const reason = readOwn(body, "reason") ?? readOwn(readOwn(body, "error"), "message");
    return response.status === 503 && typeof reason === "string" ? { reason } : null;
  } catch {
    return null;
  }
}

/** Listens for a moment, as the bot would. */
async function tryToListen(host: string, port: number): Promise<Finding> {
  const server = createServer();
  try {
    server.listen({ host: bareHost(host), port });
    await once(server, "listening");
    server.close();
    return ok(`${host}:${port} is free`);
  } catch (error) {
    const code = networkCode(error);
    if (code === "EADDRINUSE") {
      return problem(
        `${host}:${port} is taken by another program.`,
        "End that program, or set PORT to a free port.",
      );
    }
    if (code === "EACCES") {
      return problem(
        `This user may not listen on port ${port}.`,
        "Set PORT to one from 1024 on, and let a reverse proxy serve the lower one.",
      );
    }
    return problem(
      `This machine cannot listen on ${host}:${port} (${code ?? "no reason"}).`,
      "Set HOST to an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them.",
    );
  }
}

function notReady(host: string, port: number, reason: string): Finding {
  return warning(`A bot has ${host}:${port} and is not ready: ${reason}`, "Read its log.");
}

/** Slack's own test of an address: a signed challenge that the bot has to give back. It starts nothing. */
async function challenge(url: string, secret: string, who: string): Promise<Finding> {
  const word = randomUUID();
  const body = JSON.stringify({ type: "url_verification", challenge: word });
  const at = Math.floor(Date.now() / 1000);
  const digest = createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex");
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-slack-request-timestamp": String(at),
        "x-slack-signature": `v0=${digest}`,
      },
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answer = await response.text();
    if (response.ok && answer.includes(word)) {
      return ok(`${who} takes a request that is signed with this signing secret`);
    }
    return judgeRefusal(who, response.status);
  } catch (error) {
    return problem(
      `${who} does not answer (${networkCode(error) ?? "time-out"}).`,
      "Check the address, its certificate, and that the reverse proxy leads to the bot's PORT.",
    );
  }
}

function judgeRefusal(who: string, status: number): Finding {
  if (status === 401) {
    return problem(
      `${who} refuses a request that is signed with this SLACK_SIGNING_SECRET (401).`,
      "The bot that runs there has another secret, or its clock is more than 5 min off: correct it and start it again.",
    );
  }
  return problem(
    `${who} does not answer Slack's challenge (status ${status}).`,
    `The address must lead to ${EVENTS_PATH} of a bot in HTTP mode (SLACK_SIGNING_SECRET set, SLACK_APP_TOKEN not).`,
  );
}
