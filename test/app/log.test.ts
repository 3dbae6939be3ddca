import { expect, test } from "vitest";
import { createLogger, type LogOptions } from "../../src/app/log.ts";
import { KnownSecrets } from "../../src/shared/known-secrets.ts";
import { traceIdOf } from "../../src/telemetry/span-ids.ts";

const SECRETS = ["swordfish 9000/x", "correct-horse-battery"] as const;

function logging(options: LogOptions = {}) {
  const lines: string[] = [];
  const secrets = new KnownSecrets(SECRETS);
  const to = { write: (line: string) => void lines.push(line) };
  return { lines, secrets, logger: createLogger("debug", { secrets, to, ...options }) };
}

test.for([
  ["a sentence", (secret: string) => [{}, `it was ${secret}`] as const],
  ["a field", (secret: string) => [{ error: `refused ${secret}` }, "no"] as const],
  [
    "headers",
    (secret: string) => [{ headers: { authorization: `Bearer ${secret}` } }, "no"] as const,
  ],
  ["a list far down", (secret: string) => [{ a: { b: [{ c: [secret] }] } }, "no"] as const],
  ["the name of a field", (secret: string) => [{ [secret]: 1 }, "no"] as const],
  ["an error", (secret: string) => [{ err: new Error(`at ${secret}`) }, "no"] as const],
  [
    "the cause of an error",
    (secret: string) => [{ err: new Error("x", { cause: new Error(secret) }) }, "no"] as const,
  ],
  [
    "a URL",
    (secret: string) =>
      [{ url: `https://a.example/?k=${encodeURIComponent(secret)}` }, "no"] as const,
  ],
  ["base64", (secret: string) => [{ auth: `Basic ${btoa(`user:${secret}`)}` }, "no"] as const],
  ["JSON in a text", (secret: string) => [{ body: JSON.stringify({ secret }) }, "no"] as const],
] as const)("a secret in %s is not in the log", ([, plant]) => {
  for (const secret of SECRETS) {
    const { lines, logger } = logging();

    const [fields, sentence] = plant(secret);
    logger.warn(fields, sentence);

    expect(lines).toHaveLength(1);
    for (const form of [secret, encodeURIComponent(secret), btoa(`user:${secret}`)])
      expect(lines[0]).not.toContain(form);
    expect(lines[0]).toContain("[redacted]");
  }
});

test.for(["xoxb-1234567890-abcdef", "xapp-1-A0-123-abcdef", "sk-proj-abcdef123456"])(
  "what looks like a token is not in the log, although it is configured nowhere: %s",
  (token) => {
    const { lines, logger } = logging();

    logger.error({ err: new Error(`invalid_auth ${token}`) }, "Slack refused");

    expect(lines[0]).not.toContain(token);
  },
);

test("a secret that becomes known later is hidden from then on", () => {
  const { lines, secrets, logger } = logging();
  secrets.add(["fetched-token-77"]);

  logger.info({ answer: "fetched-token-77" }, "fetched");

  expect(lines[0]).not.toContain("fetched-token-77");
});

test("an event is one line of JSON with its level, time and sentence, whatever it says", () => {
  const { lines, logger } = logging();

  logger.info({ executionId: "exec_1", note: "two\nlines\u2028" }, "a sentence\nof two lines");

  expect(lines[0]?.split("\n")).toEqual([expect.any(String), ""]);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    ...{ level: 30, time: expect.any(Number), executionId: "exec_1" },
    ...{ note: "two\nlines\u2028", msg: "a sentence\nof two lines" },
  });
});

test("lines about a run name its trace when traces are exported", () => {
  const { lines, logger } = logging({ hasTraces: true });

  logger.warn({ executionId: "exec_1" }, "of a run");
  logger.warn({}, "of none");

  expect(lines.map((line) => JSON.parse(line).traceId)).toEqual([traceIdOf("exec_1"), undefined]);
});
