import { expect, test } from "vitest";
import type { ExternalName } from "../../../src/engine/definition/find-external-names.ts";
import type { NameChecks } from "../../../src/engine/ports/name-checks.ts";
import { warnOfNames } from "../../../src/engine/workflows/external-name-warnings.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const names: readonly ExternalName[] = [
  { kind: "channel", name: "#a", path: "steps[0].config.channel" },
  { kind: "channel", name: "#b", path: "steps[1].config.channel" },
  { kind: "channel", name: "#a", path: "steps[2].config.channel" },
  { kind: "connection", name: "crm", path: "steps[3].config.connection" },
];
const logger = { info() {}, warn() {}, error() {}, debug() {} };
const doubt = { message: "there is none", fix: "Look again." };

test("what is not there is warned of at each place, and asked about once", async () => {
  const asked: string[] = [];
  const checks: NameChecks = {
    channel: async (name) => {
      asked.push(name);
      return name === "#a" ? doubt : null;
    },
  };

  const warnings = await warnOfNames(names, { checks, clock: new ManualClock(), logger });

  expect(warnings).toEqual([
    { path: "steps[0].config.channel", ...doubt },
    { path: "steps[2].config.channel", ...doubt },
  ]);
  expect(asked).toEqual(["#a", "#b"]);
});

test("an outside that fails is not warned of, nor one that gives no answer in a second and a half", async () => {
  const clock = new ManualClock();
  const checks: NameChecks = {
    channel: (name) =>
      name === "#a"
        ? Promise.reject(new AppError({ code: "slack_unavailable", message: "Away." }))
        : new Promise(() => undefined),
    connection: async () => doubt,
  };

  const warned = warnOfNames(names, { checks, clock, logger });
  await settle();
  await clock.advance(1500);

  expect(await warned).toEqual([{ path: "steps[3].config.connection", ...doubt }]);
});
