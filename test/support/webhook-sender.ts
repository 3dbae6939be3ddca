import { createHmac } from "node:crypto";
import { performance } from "node:perf_hooks";
import { Pool } from "undici";

export interface Order {
  readonly url: string;
  readonly path: string;
  readonly secret: string;
  /** Requests under way at a time. */
  readonly connections: number;
  /** So many deliveries, or as many as are taken in `seconds`. */
  readonly deliveries?: number;
  readonly seconds?: number;
  /** Makes the deliveries of several senders differ. */
  readonly name: string;
}

/** What became of the deliveries. */
export interface Sent {
  /** Runs that were begun, by the answers of 200. */
  readonly executionIds: readonly string[];
  /** How many answers of each status there were; `none`: connections that broke. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers of 429 without a `Retry-After`. */
  readonly withoutRetryAfter: number;
  /** Of the answers of 200, in milliseconds. */
  readonly tookMs: readonly number[];
  readonly seconds: number;
}

/**
 * Signs deliveries as GitHub does, each with another content, and sends them over connections that it keeps. As a program of its own
 * (`node test/support/webhook-sender.ts '<order>'`) it prints what became of them as JSON.
 */
export async function sendWebhooks(order: Order): Promise<Sent> {
  const { connections, deliveries = Number.POSITIVE_INFINITY, seconds = 3600 } = order;
  const pool = new Pool(order.url, { connections, pipelining: 1 });
  const executionIds: string[] = [];
  const tookMs: number[] = [];
  const byStatus: Record<string, number> = {};
  let withoutRetryAfter = 0;
  let next = 0;
  const begun = performance.now();
  const deliver = async (number: number): Promise<void> => {
    const body = JSON.stringify(delivery(order.name, number));
    const signature = createHmac("sha256", order.secret).update(body).digest("hex");
    const at = performance.now();
    const headers = {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": `${order.name}-${number}`,
      "x-hub-signature-256": `sha256=${signature}`,
    };
    const answer = await pool.request({ method: "POST", path: order.path, headers, body });
    const text = await answer.body.text();
    byStatus[answer.statusCode] = (byStatus[answer.statusCode] ?? 0) + 1;
    if (answer.statusCode === 429 && answer.headers["retry-after"] === undefined)
      withoutRetryAfter += 1;
    if (answer.statusCode !== 200) return;
    tookMs.push(performance.now() - at);
    executionIds.push(JSON.parse(text).executionId);
  };
  const keepSending = async (): Promise<void> => {
    while (next < deliveries && performance.now() - begun < seconds * 1000) {
      next += 1;
      await deliver(next).catch(() => {
        byStatus["none"] = (byStatus["none"] ?? 0) + 1;
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, keepSending));
  const took = (performance.now() - begun) / 1000;
  await pool.close();
  return { executionIds, byStatus, withoutRetryAfter, tookMs, seconds: took };
}

/** About as large as what an issue tracker sends, without its texts. */
function delivery(sender: string, number: number) {
  return {
    action: "opened",
    issue: { number, title: `Issue ${number} of ${sender}`, labels: ["bug", "from-customer"] },
    repository: { full_name: "acme/shop", private: true },
    sender: { login: sender, type: "User" },
    text: "The total of the basket is wrong when a voucher is used twice. ".repeat(8),
  };
}

if (import.meta.main)
  console.log(JSON.stringify(await sendWebhooks(JSON.parse(process.argv[2] ?? ""))));
