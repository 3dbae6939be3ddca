import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { createLogger } from "../../app/log.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { createBulkClient, toSlackLogger } from "../../slack/clients.ts";
import { createTransport } from "../../slack/proxy.ts";
import { watchAnswerDates } from "../answer-dates.ts";
import type { LiveArguments } from "../arguments.ts";
import { readEnvironment } from "../checks/configuration.ts";
import { type CheckResult, problem } from "../finding.ts";
import { testLive } from "./live-test.ts";
import { type LiveReport, toLiveReport } from "./report.ts";

const PACKAGE = resolve(import.meta.dirname, "../../../package.json");

export interface RunLiveOptions extends Omit<LiveArguments, "report"> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the checks before have found. */
  readonly results: readonly CheckResult[];
  /** @default that of the configuration */
  readonly pingTimeoutMs?: number;
  /** Ends the test early; what it posted is removed all the same. */
  readonly signal: AbortSignal;
  readonly onResult: (result: CheckResult) => void;
}

/**
 * Runs the live test after the checks.
 *
 * @returns all results; `report` is `null` when the checks say that it cannot be run.
 */
export async function runLive(
  options: RunLiveOptions,
): Promise<{ readonly results: readonly CheckResult[]; readonly report: LiveReport | null }> {
  const { config } = readEnvironment(options.env);
  const isRefused = options.results.some(
    ({ id, findings }) =>
      /^slack\.(?:token|app_token)$/.test(id) && findings.some(({ level }) => level === "problem"),
  );
  if (config === null || isRefused) {
    const findings = [problem("Not run.", "Correct the problems above first.")];
    const result = { id: "live", title: "Live test", ms: 0, findings };
    options.onResult(result);
    return { results: [...options.results, result], report: null };
  }
  const { env: _env, results: before, pingTimeoutMs, ...rest } = options;
  const logger = createLogger("silent");
  const { botToken, apiUrl, proxy, sockets } = config.slack;
  const transport = createTransport(proxy);
  const { fetch } = transport;
  const access = omitUndefined({ botToken, apiUrl: apiUrl ?? undefined, fetch });
  const client = createBulkClient(access, toSlackLogger(logger));
  using dates = watchAnswerDates("/auth.test", Date.now);
  await client.auth.test().catch(() => null);
  const live = await testLive({
    ...{ ...rest, config, client, transport, logger },
    pingTimeoutMs: pingTimeoutMs ?? sockets.pingTimeoutMs,
    aheadMs: dates.aheadMs() ?? 0,
  });
  const results = [...before, ...live.results];
  return { results, report: toLiveReport(config, await readVersion(), results, live.figures) };
}

async function readVersion(): Promise<string> {
  const source: unknown = JSON.parse(await readFile(PACKAGE, "utf8"));
  return z.object({ version: z.string() }).parse(source).version;
}
