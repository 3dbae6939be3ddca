import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createMethods } from "../api/register.ts";
import { EVENTS, METHODS } from "../coverage.ts";
import { openSample } from "./support/web-client.ts";

const require = createRequire(import.meta.url);

test("the coverage list names every method of Slack's SDK", () => {
  const source = readFileSync(
    join(dirname(require.resolve("@slack/web-api")), "methods.js"),
    "utf8",
  );
  const known = [...source.matchAll(/bindApiCall\w*\(this, '([^']+)'/g)].map((match) => match[1]);

  expect(METHODS.map((method) => method.name)).toEqual([...new Set(known)].sort());
});

test("the methods that the list calls supported or partial are those that are answered", () => {
  const listed = METHODS.filter((method) => method.status !== "missing").map((one) => one.name);

  expect(createMethods().names()).toEqual(listed);
});

test("the coverage list names every event of Slack's types", () => {
  const folder = join(dirname(require.resolve("@slack/types")), "events");
  const known = readdirSync(folder)
    .filter((file) => file.endsWith(".d.ts"))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), "utf8").matchAll(
        /export interface \w*Event \{\s*(?:\/\*[\s\S]*?\*\/\s*)?type: '([^']+)'/g,
      ),
    ])
    .map((match) => match[1]);

  expect(EVENTS.map((event) => event.name)).toEqual([...new Set(known)].sort());
});

test("everybody can look the coverage up", async () => {
  await using simulator = await openSample();

  const response = await fetch(`${simulator.url}/sim/coverage`);

  expect(await response.json()).toMatchObject({
    methods: expect.arrayContaining([{ name: "views.open", status: "supported" }]),
    events: expect.arrayContaining([{ name: "star_added", status: "missing" }]),
    payloads: expect.arrayContaining([{ name: "block_suggestion", status: "supported" }]),
  });
});
