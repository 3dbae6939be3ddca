import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createHttpService } from "../../src/services/http/http-service.ts";
import {
  attemptPart,
  parseTraceParent,
  spanIdOf,
  toTraceParent,
  traceIdOf,
} from "../../src/telemetry/span-ids.ts";
import { startLoopbackServer } from "../support/loopback-server.ts";
import { serviceContext } from "../support/service-context.ts";

const HEADER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

test.for([
  [HEADER, true],
  [` ${HEADER} `, true],
  ["01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later", true],
  [`${HEADER}-more`, false],
  [HEADER.replace("00-", "ff-"), false],
  [HEADER.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)), false],
  [HEADER.replace("00f067aa0ba902b7", "0".repeat(16)), false],
  [HEADER.toUpperCase(), false],
  ["", false],
] as const)("%j names a span: %s", ([header, isOne]) => {
  expect(parseTraceParent(header) !== null).toBe(isOne);
});

test("a request tells its trace to the hosts that may know it, and a redirect takes it to no other", async () => {
  await using other = await startLoopbackServer((_request, response) => response.end("{}"));
  await using named = await startLoopbackServer((request, response) => {
    if (request.url === "/away") response.writeHead(307, { location: other.url }).end();
    else response.end("{}");
  });
  const asked: string[] = [];
  const service = createHttpService({
    allowHosts: ["127.0.0.1"],
    traceParentFor: (url, { executionId, attempt }) => {
      asked.push(`${url.host} ${executionId} ${attempt}`);
      return url.port === String(named.port) ? HEADER : null;
    },
  });
  const call = async (url: string): Promise<void> => {
    const { request } = service.actions;
    await request?.execute({ url, method: "GET", timeout: 5000 }, serviceContext());
  };

  await call(`${named.url}/stay`);
  await call(`${named.url}/away`);
  await call(other.url);

  expect(named.received.map(({ headers }) => headers["traceparent"])).toEqual([HEADER, HEADER]);
  expect(other.received.map(({ headers }) => headers["traceparent"])).toEqual([
    undefined,
    undefined,
  ]);
  expect(asked).toHaveLength(3);
});

test("ids follow from the execution alone", () => {
  const place = { traceId: traceIdOf("exec_1"), spanId: spanIdOf("exec_1", attemptPart("a#1", 2)) };

  expect(parseTraceParent(toTraceParent(place, false))).toEqual(place);
  expect(traceIdOf("exec_2")).not.toBe(place.traceId);
  expect(spanIdOf("exec_1", attemptPart("a#1", 1))).not.toBe(place.spanId);
});

/** Prints how many modules of OpenTelemetry are loaded. Its API, which has no code to speak of, is loaded by prom-client. */
const WATCH = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ resolve: (name, context, next) => {
    if (name.startsWith("@opentelemetry/") && !name.endsWith("/api")) loaded.push(name);
    return next(name, context);
  } });
  const { openTracing } = await import("./src/app/tracing.ts");
  await import("./src/app/start-bot.ts");
  console.log(loaded.length);
  const { openOtlpSender } = await import("./src/telemetry/otlp-sender.ts");
  await openOtlpSender({ url: "http://127.0.0.1:1", headers: {}, timeoutMs: 1, resource: {} });
  console.log(loaded.includes("@opentelemetry/exporter-trace-otlp-proto"));
`;

test("nothing of OpenTelemetry is loaded unless traces are exported", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["--input-type=module", "--eval", WATCH],
  ]);

  expect(stdout.trim().split("\n")).toEqual(["0", "true"]);
});
