import { createHmac } from "node:crypto";
import { connect, type Socket } from "node:net";
import { pause } from "./pause.ts";

/** Where a bot is reached, and what those who may use it know. */
export interface Target {
  /** `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly signingSecret: string;
  readonly apiToken: string;
  /** Path and secret of a webhook with the scheme `github`. */
  readonly hook: { readonly path: string; readonly secret: string };
}

const MEGABYTE = 1024 * 1024;
const hex = (key: string, text: string): string =>
  createHmac("sha256", key).update(text).digest("hex");

/** One hostile connection: what it does until it is closed, by the bot or by the signal. */
type Attack = (socket: Socket, target: Target, signal: AbortSignal) => Promise<void>;

/** Sends a text letter by letter. */
async function trickle(socket: Socket, text: string, signal: AbortSignal): Promise<void> {
  for (const letter of text) {
    if (socket.destroyed || signal.aborted) return;
    socket.write(letter);
    await pause(300);
  }
}

function head(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join("")}`;
}

/** The headers of a signature that looks right, and is not. */
const wrongSlack = (): Record<string, string> => ({
  "Content-Type": "application/json",
  "X-Slack-Request-Timestamp": String(Math.floor(Date.now() / 1000)),
  "X-Slack-Signature": `v0=${"0".repeat(64)}`,
});
const WRONG_HOOK = { "X-Hub-Signature-256": `sha256=${"0".repeat(64)}` };

const ATTACKS: Readonly<Record<string, Attack>> = {
  "slow headers": (socket, { hook }, signal) =>
    trickle(socket, head(hook.path, { "X-Slow": "x".repeat(200) }), signal),
  "slow bodies for Slack's address": async (socket, _target, signal) => {
    socket.write(`${head("/slack/events", { ...wrongSlack(), "Content-Length": MEGABYTE })}\r\n`);
    socket.write("x".repeat(MEGABYTE / 2));
    await trickle(socket, "x".repeat(1000), signal);
  },
  "slow bodies for a webhook": async (socket, { hook }, signal) => {
    socket.write(`${head(hook.path, { ...WRONG_HOOK, "Content-Length": MEGABYTE })}\r\n`);
    socket.write("x".repeat(MEGABYTE / 2));
    await trickle(socket, "x".repeat(1000), signal);
  },
  "huge bodies": async (socket, _target, signal) => {
    socket.write(
      `${head("/slack/events", { ...wrongSlack(), "Transfer-Encoding": "chunked" })}\r\n`,
    );
    const chunk = `10000\r\n${"x".repeat(0x1_00_00)}\r\n`;
    for (let sent = 0; sent < 20 * MEGABYTE && !signal.aborted; sent += 0x1_00_00) {
      if (socket.destroyed) return;
      if (!socket.write(chunk)) await pause(20);
    }
  },
  "half-open sockets": async (socket, { hook }, signal) => {
    // Our half is closed, the other one is not, whatever the bot does.
    socket.end(head(hook.path, { "Content-Length": 10 }));
    while (!socket.destroyed && !signal.aborted) await pause(200);
  },
  "wrong signatures": async (socket, { hook }, signal) => {
    for (let sent = 0; !socket.destroyed && !signal.aborted; sent += 1) {
      const body = JSON.stringify({ type: "event_callback", sent });
      const length = { "Content-Length": body.length };
      const request =
        sent % 2 === 0
          ? head("/slack/events", { ...wrongSlack(), ...length })
          : head(hook.path, { ...WRONG_HOOK, ...length });
      socket.write(`${request}\r\n${body}`);
      await pause(200);
    }
  },
};

/** Keeps so many hostile connections open, of all kinds in turn, until the signal; one that is closed is opened again. */
export async function attack(
  target: Target,
  connections: number,
  signal: AbortSignal,
): Promise<void> {
  const kinds = Object.values(ATTACKS);
  await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const kind = kinds[index % kinds.length];
      while (!signal.aborted && kind !== undefined) {
        const socket = await open(target);
        if (socket !== null) await kind(socket, target, signal);
        socket?.destroy();
        await pause(50);
      }
    }),
  );
}

async function open({ url }: Target): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.on("error", () => socket.destroy());
  socket.resume();
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(socket));
    socket.once("close", () => resolve(null));
  });
}

/** What became of the requests of those who may use the bot. */
export interface Served {
  answered: number;
  /** What was answered instead, or why nothing was. */
  readonly refused: string[];
  readonly tookMs: number[];
}

/** Uses the bot as Slack, a program with the token, a webhook's sender and a supervisor do, until the signal. */
export async function useHonestly(target: Target, signal: AbortSignal): Promise<Served> {
  const served: Served = { answered: 0, refused: [], tookMs: [] };
  let number = 0;
  const callers = [slack, program, sender, supervisor];
  await Promise.all(
    callers.map(async (call) => {
      while (!signal.aborted) {
        const begun = performance.now();
        number += 1;
        const why = await call(target, number);
        served.tookMs.push(performance.now() - begun);
        if (why === null) served.answered += 1;
        else served.refused.push(why);
        await pause(150);
      }
    }),
  );
  return served;
}

/** @returns what was wrong with the answer; `null`: nothing. */
async function expectOk(url: string, init: RequestInit, holds: string): Promise<string | null> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    return response.ok && text.includes(holds) ? null : `${url}: ${response.status} ${text}`;
  } catch (error) {
    return `${url}: ${String(error)}`;
  }
}

function slack({ url, signingSecret }: Target, number: number): Promise<string | null> {
  const body = JSON.stringify({ type: "url_verification", challenge: `word-${number}` });
  const at = String(Math.floor(Date.now() / 1000));
  const headers = {
    "content-type": "application/json",
    "x-slack-request-timestamp": at,
    "x-slack-signature": `v0=${hex(signingSecret, `v0:${at}:${body}`)}`,
  };
  return expectOk(`${url}/slack/events`, { method: "POST", body, headers }, `word-${number}`);
}

function program({ url, apiToken }: Target): Promise<string | null> {
  const headers = { authorization: `Bearer ${apiToken}` };
  return expectOk(`${url}/api/workflows`, { headers }, "workflows");
}

function sender({ url, hook }: Target, number: number): Promise<string | null> {
  const body = JSON.stringify({ number });
  const headers = { "x-hub-signature-256": `sha256=${hex(hook.secret, body)}` };
  return expectOk(`${url}${hook.path}`, { method: "POST", body, headers }, "exec_");
}

function supervisor({ url }: Target): Promise<string | null> {
  return expectOk(`${url}/readyz`, {}, "ready");
}
