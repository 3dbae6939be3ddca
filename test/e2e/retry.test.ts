import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { BotProcess } from "../support/bot-process.ts";
import { inTurn, json, startLoopbackServer } from "../support/loopback-server.ts";
import { until } from "../support/until.ts";

test("a retried step whose process is killed goes on under the same key, and the retry stands", async () => {
  await using simulator = await openSimulator({ realistic: false });
  const silence = (): void => undefined;
  await using bank = await startLoopbackServer(
    inTurn(json(400, { error: "locked" }), silence, json(200, { paid: true })),
  );
  await using bot = await BotProcess.start(simulator, { HTTP_ALLOW_HOSTS: "127.0.0.1" });
  const call = async (path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return (await fetch(`${bot.url}${path}`, init)).json();
  };
  const config = { service: "http", method: "POST", url: `${bank.url}/pay`, body: { amount: 640 } };
  await call("/api/workflows", {
    id: "paying",
    name: "Paying",
    steps: [{ id: "pay", type: "service", config, onUnknown: "repeat" }],
  });
  const started = await call("/api/workflows/paying/execute", {});
  const { executionId } = started as { executionId: string };
  const reaches = (status: string) =>
    until(async () => {
      const view = await call(`/api/executions/${executionId}`);
      return (view as { status: string }).status === status ? view : undefined;
    });
  await reaches("failed");

  expect(await call(`/api/executions/${executionId}/retry`, {})).toMatchObject({ reopened: true });
  await until(async () => (bank.received.length === 2 ? true : undefined));
  await bot.kill();
  await bot.start();

  expect(await reaches("completed")).toMatchObject({ retries: [{ by: "api", fromStep: "pay" }] });
  const keys = bank.received.map(({ headers }) => headers["idempotency-key"]);
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(3);
}, 60_000);
