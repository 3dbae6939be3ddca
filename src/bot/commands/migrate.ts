import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import { assertNoMore, readRun, usageOf } from "./named.ts";
import { ADMINS_ONLY, type Subcommand } from "./subcommand.ts";
import { readVersion } from "./versions.ts";

export const migrateCommand: Subcommand = {
  name: "migrate",
  usage: "<run> [version]",
  summary: "continue a waiting run with another version; without a number: the active one",
  roles: ADMINS_ONLY,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    const { executionId, rest } = await readRun(words, context, migrateCommand);
    const [number, ...more] = rest;
    assertNoMore(more, context, migrateCommand);
    const desired = readVersion(number, usageOf(migrateCommand, command));
    const { workflowName } = await engine.executions.get(executionId);
    const { version, previous, changed } = await engine.executions.migrate({
      executionId,
      by: caller.userId,
      ...omitUndefined({ version: desired }),
    });
    const run = shortRunId(executionId);
    const name = `Run \`${run}\` of *${escapeText(workflowName)}*`;
    return changed
      ? `${name} is being moved from version ${previous} to version ${version}; what it was asking is asked again. Its thread says when that is done; so does \`${command} status ${run}\`.`
      : `${name} has version ${version} already.`;
  },
};
