import { arch, platform } from "node:process";
import type { Config } from "../../app/config.ts";
import type { CheckResult, Level } from "../finding.ts";
import type { BurstFigures } from "./burst.ts";
import type { LiveFigures } from "./live-test.ts";

/** What of a live test may be given away: no name, id, text, host or token is in it. */
export interface LiveReport {
  readonly about: string;
  /** ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly heddle: string;
  readonly node: string;
  readonly platform: string;
  readonly mode: "Socket Mode" | "HTTP mode";
  readonly store: "sqlite" | "mongodb";
  /** The gravest level of each check, without its text. */
  readonly checks: Readonly<Record<string, Level>>;
  readonly figures: LiveFigures;
}

const ABOUT =
  "What Heddle's doctor measured in a Slack workspace: versions, the outcome of each check without its text, error codes, counts and times. It holds no names, ids, texts, addresses or tokens.";

const GRAVITY = ["ok", "unknown", "warning", "problem"] as const;

export function toLiveReport(
  config: Config,
  version: string,
  results: readonly CheckResult[],
  figures: LiveFigures,
): LiveReport {
  const checks = results
    .filter(({ findings }) => findings.length > 0)
    .map(({ id, findings }) => [id, gravest(findings.map(({ level }) => level))]);
  return {
    about: ABOUT,
    takenAt: new Date().toISOString(),
    heddle: version,
    node: process.versions.node,
    platform: `${platform} ${arch}`,
    mode: config.slack.appToken === null ? "HTTP mode" : "Socket Mode",
    store: config.store.kind,
    checks: Object.fromEntries(checks),
    figures,
  };
}

function gravest(levels: readonly Level[]): Level {
  return GRAVITY[Math.max(...levels.map((level) => GRAVITY.indexOf(level)))] ?? "ok";
}

/** The report for people. */
export function showLiveReport(report: LiveReport): string {
  const { figures } = report;
  return [
    "# Heddle in a live workspace",
    "",
    report.about,
    "",
    `- taken ${report.takenAt}, Heddle ${report.heddle}, Node ${report.node}, ${report.platform}`,
    `- ${report.mode}, store ${report.store}`,
    "",
    "## Checks",
    "",
    ...Object.entries(report.checks).map(([id, level]) => `- ${id}: ${level}`),
    "",
    "## Calls",
    "",
    "| method | calls | median | slowest | failures |",
    "| --- | --- | --- | --- | --- |",
    ...Object.entries(figures.methods).map(
      ([method, { calls, medianMs, slowestMs, failures }]) =>
        `| ${method} | ${calls} | ${medianMs} ms | ${slowestMs} ms | ${showCounts(failures)} |`,
    ),
    "",
    "## Limits in one channel",
    "",
    showBurst("posts", figures.posts),
    showBurst("edits", figures.edits),
    "",
    "## The way of a click",
    "",
    `- from the click to its arrival (give or take half a second): ${showMs(figures.clickArrivedMs)}`,
    `- from its arrival to the open dialog: ${showMs(figures.dialogOpenMs)}`,
    "",
    ...showSocket(figures),
    `Messages that could not be removed: ${figures.notRemoved}`,
    "",
  ].join("\n");
}

function showBurst(what: string, figures: BurstFigures | null): string {
  if (figures === null) return `- ${what}: not measured`;
  const { calls, accepted, acceptedAtOnce, retryAfterMs, ms } = figures;
  const limited =
    acceptedAtOnce === null
      ? "none limited"
      : `the first 429 after ${acceptedAtOnce}, Retry-After ${retryAfterMs.map((one) => one / 1000).join(", ")} s`;
  return `- ${what}: ${accepted} of ${calls} taken in ${ms} ms, ${limited}`;
}

function showSocket({ socket }: LiveFigures): readonly string[] {
  if (socket === null) return [];
  const { connections, pings, gapsMs, opened } = socket;
  return [
    "## The socket",
    "",
    `- connections of the app, as each hello counted them: ${connections.join(", ") || "not said"}`,
    `- pings: ${pings.count} answered, median ${pings.medianMs} ms, slowest ${pings.slowestMs} ms`,
    `- opened: ${opened.join(", ")}`,
    `- times without a web socket: ${gapsMs.map((ms) => `${ms} ms`).join(", ") || "none"}`,
    "",
  ];
}

function showCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([code, count]) => `${code}: ${count}`)
    .join(", ");
}

function showMs(ms: number | null): string {
  return ms === null ? "not measured" : `${ms} ms`;
}
