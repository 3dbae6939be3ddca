import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposableSync } from "node:fs";
import { Agent, request } from "node:http";
import { cpus, platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { openSimulator } from "../simulator/simulator.ts";

/**
 * What the simulator itself can take, in its fast mode: `npm run bench:simulator`.
 *
 * It runs in a process of its own with a state file, as `npm run simulator` does. Load comes from
 * plain HTTP and WebSocket clients, which cost less than Slack's SDK. Beside calls per second there
 * are calls per second of the simulator's own CPU time: that number does not depend on what else
 * the machine does.
 */
const DURATION_MS = 5_000;
const IN_FLIGHT = 50;
const WANTED = { calls: 3_000, clicks: 500 };
const CHANNELS = ["C0GENERAL", "C0APPROVALS", "C0ONCALL", "C0FINANCE", "C0SUPPORT"];

interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
}

/** The simulator's process: reports its address, and on request the CPU time it has used. */
async function serve(): Promise<void> {
  using dir = mkdtempDisposableSync(join(tmpdir(), "heddle-bench-"));
  const simulator = await openSimulator({ realistic: false, dataDir: dir.path });
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({
      cpuMs: (user + system) / 1_000,
      rssMb: rss / 2 ** 20,
      heapMb: heapUsed / 2 ** 20,
    });
  });
  process.send?.({ url: simulator.url });
  await once(process, "disconnect");
  await simulator[Symbol.asyncDispose]();
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send("usage");
  const [answer]: Usage[] = await once(child, "message");
  if (answer === undefined) throw new Error("The simulator does not answer.");
  return answer;
}

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

function post(url: string, body: string, type: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: "POST",
        agent,
        headers: {
          "content-type": type,
          "content-length": Buffer.byteLength(body),
          authorization: "Bearer xoxb-simulator",
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(text));
        response.on("error", reject);
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

function callApi(url: string, method: string, args: Record<string, string>): Promise<string> {
  const body = new URLSearchParams(args);
  return post(`${url}/api/${method}`, body.toString(), "application/x-www-form-urlencoded");
}

const card = JSON.stringify([
  { type: "header", text: { type: "plain_text", text: "Expense approval" } },
  {
    type: "section",
    text: { type: "mrkdwn", text: "*Laptop stand* for $640, asked by <@U0ALICE>" },
  },
  {
    type: "actions",
    block_id: "decide",
    elements: ["Approve", "Reject"].map((text) => ({
      type: "button",
      action_id: text.toLowerCase(),
      value: "request-1",
      text: { type: "plain_text", text },
    })),
  },
]);

/** Acknowledges everything at once, as an app would. */
async function connectApp(url: string): Promise<WebSocket> {
  const response = await fetch(`${url}/api/apps.connections.open`, {
    method: "POST",
    headers: { authorization: "Bearer xapp-simulator" },
  });
  const socket = new WebSocket(JSON.parse(await response.text()).url);
  socket.on("message", (data: Buffer) => {
    const id = /"envelope_id":"([^"]+)"/.exec(data.toString("utf8"))?.[1];
    if (id !== undefined) socket.send(`{"envelope_id":"${id}","payload":{}}`);
  });
  await once(socket, "open");
  return socket;
}

async function measure(child: ChildProcess, act: (turn: number) => Promise<unknown>) {
  const before = await usageOf(child);
  const latencies: number[] = [];
  const start = performance.now();
  let turn = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() - start < DURATION_MS) {
        const from = performance.now();
        turn += 1;
        await act(turn);
        latencies.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const after = await usageOf(child);
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
  return {
    perSecond: Math.round(sorted.length / seconds),
    perCpuSecond: Math.round(sorted.length / ((after.cpuMs - before.cpuMs) / 1_000)),
    p50: at(0.5),
    p99: at(0.99),
    rssMb: after.rssMb,
    heapMb: after.heapMb,
  };
}

async function main(): Promise<void> {
  const child = fork(import.meta.filename, ["serve"]);
  const [{ url }] = await once(child, "message");
  const socket = await connectApp(url);
  const posted: { ts: string; channel: string }[] = [];
  const rows: Record<string, Awaited<ReturnType<typeof measure>>> = {};
  await measure(child, (turn) => callApi(url, "api.test", { turn: `${turn}` }));
  rows["chat.postMessage"] = await measure(child, async (turn) => {
    const channel = CHANNELS[turn % CHANNELS.length] ?? "";
    const answer = await callApi(url, "chat.postMessage", { channel, text: "Card", blocks: card });
    posted.push({ channel, ts: JSON.parse(answer).ts });
    if (posted.length > 2_000) posted.shift();
  });
  rows["chat.update"] = await measure(child, (turn) => {
    const { channel = "", ts = "" } = posted[turn % posted.length] ?? {};
    return callApi(url, "chat.update", { channel, ts, text: `Card ${turn}`, blocks: card });
  });
  rows["click, acknowledged"] = await measure(child, (turn) => {
    const place = posted[turn % posted.length] ?? {};
    const body = { user: "U0BOB", action_id: "approve", block_id: "decide", ...place };
    return post(`${url}/sim/action`, JSON.stringify(body), "application/json");
  });
  rows["message of a person"] = await measure(child, (turn) => {
    const channel = CHANNELS[turn % CHANNELS.length] ?? "";
    const body = { user: "U0ALICE", channel, text: "hello <@U0BOT>" };
    return post(`${url}/sim/message`, JSON.stringify(body), "application/json");
  });
  socket.terminate();
  agent.destroy();
  child.disconnect();
  await once(child, "exit");
  report(rows);
}

function report(rows: Record<string, Awaited<ReturnType<typeof measure>>>): void {
  console.log(
    `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}`,
  );
  console.log(
    `${IN_FLIGHT} in flight, ${DURATION_MS / 1_000} s each; wanted: ${WANTED.calls} calls/s, ${WANTED.clicks} clicks/s`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([name, row]) => [
        name,
        {
          "per s": row.perSecond,
          "per s of CPU": row.perCpuSecond,
          "p50 ms": row.p50.toFixed(1),
          "p99 ms": row.p99.toFixed(1),
          "rss MB": Math.round(row.rssMb),
          "heap MB": Math.round(row.heapMb),
        },
      ]),
    ),
  );
}

await (process.argv[2] === "serve" ? serve() : main());
