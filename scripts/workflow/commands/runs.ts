import { randomUUID } from "node:crypto";
import { isJsonObject } from "../../../src/shared/json.ts";
import { parseJsonBody } from "../../../src/shared/parse-json.ts";
import { endpoints } from "../../../src/web/endpoints/index.ts";
import {
  type Command,
  type Context,
  EXIT,
  type ExitCode,
  type Given,
  UsageError,
} from "../command.ts";
import { table } from "../terminal.ts";
import { toPairs, toVariables } from "./values.ts";
import { watchRun } from "./watch-run.ts";

export const runs: Command = {
  name: "runs",
  summary: "lists runs, the newest first",
  takes: "",
  count: [0, 0],
  options: {
    workflow: { type: "string", value: "ID", about: "runs of this workflow" },
    status: { type: "string", value: "STATUS", about: "such as failed, or waiting,running" },
    by: { type: "string", value: "USER", about: "runs that this Slack user id started" },
    label: { type: "string", multiple: true, value: "NAME=VALUE", about: "runs with this label" },
    limit: { type: "string", value: "N", about: "so many at most, up to 200 (20)" },
  },
  async run({ terminal, bot }, given) {
    const labels = toPairs(given.texts("label"), "--label");
    const { executions } = await bot.call(endpoints.listExecutions, {
      query: {
        workflowId: given.text("workflow"),
        status: given.text("status"),
        startedBy: given.text("by"),
        limit: given.text("limit") ?? "20",
        ...Object.fromEntries(labels.map(([name, value]) => [`label.${name}`, value])),
      },
    });
    if (given.has("json")) for (const run of executions) terminal.printJson(run);
    else if (executions.length === 0) terminal.note("There are no such runs.");
    else {
      const rows = executions.map((run) => [
        run.executionId,
        run.waitingOn.length > 0 ? `${run.status} (${run.waitingOn.join(", ")})` : run.status,
        `${run.workflowId}@${run.workflowVersion}`,
        run.startedAt,
        run.startedBy ?? "",
        `$${run.totalCost.toFixed(4)}`,
      ]);
      terminal.print(table([["RUN", "STATUS", "WORKFLOW", "STARTED", "BY", "COST"], ...rows]));
    }
    return EXIT.ok;
  },
};

const WATCH = {
  watch: { type: "boolean", about: "show what happens until it is over" },
} as const;

/** Says what was begun, and follows it if that was asked for. */
async function begun(
  context: Context,
  given: Given,
  answer: { readonly executionId: string },
  sentence: string,
): Promise<ExitCode> {
  const { terminal } = context;
  if (given.has("json")) terminal.printJson(answer);
  else terminal.print(sentence);
  return given.has("watch") ? watchRun(context, answer.executionId, given.has("json")) : EXIT.ok;
}

export const run: Command = {
  name: "run",
  summary: "starts a workflow",
  takes: "<workflow> [name=value…]",
  count: [1, Number.POSITIVE_INFINITY],
  options: {
    data: { type: "string", value: "JSON", about: "variables as an object in JSON" },
    key: { type: "string", value: "KEY", about: "a repeat with this key starts nothing" },
    ...WATCH,
  },
  more: "A value that is JSON counts as such (amount=640, urgent=true); everything else is text.",
  async run(context, given) {
    const [id = "", ...pairs] = given.args;
    const data = parseJsonBody(Buffer.from(given.text("data") ?? "{}"), { what: "--data" });
    if (!isJsonObject(data)) throw new UsageError("--data must be an object in JSON.");
    const answer = await context.bot.call(endpoints.executeWorkflow, {
      params: { id },
      body: { ...data, ...toVariables(pairs, "A variable") },
      // A repeat after a lost answer starts nothing.
      idempotencyKey: given.text("key") ?? randomUUID(),
    });
    return begun(context, given, answer, answer.executionId);
  },
};

export const watch: Command = {
  name: "watch",
  summary: "shows what happens in a run until it is over",
  takes: "<run>",
  count: [1, 1],
  options: {},
  more: "Ends with 0 if it completed, with 1 if it failed or was cancelled. With --json each event is a line.",
  run: (context, given) => watchRun(context, given.args[0] ?? "", given.has("json")),
};

export const cancel: Command = {
  name: "cancel",
  summary: "asks runs to stop",
  takes: "<run…>",
  count: [1, Number.POSITIVE_INFINITY],
  options: {},
  async run({ terminal, bot }, given) {
    for (const id of given.args) {
      const answer = await bot.call(endpoints.cancelExecution, { params: { id } });
      if (given.has("json")) terminal.printJson(answer);
      else terminal.print(`${id}: asked to stop`);
    }
    return EXIT.ok;
  },
};

export const retry: Command = {
  name: "retry",
  summary: "continues a run that failed or was cancelled, from where it failed",
  takes: "<run>",
  count: [1, 1],
  options: {
    from: { type: "string", value: "STEP", about: "from this step" },
    set: {
      type: "string",
      multiple: true,
      value: "NAME=VALUE",
      about: "give a variable this value",
    },
    "accept-doubt": {
      type: "boolean",
      about: "a step may be done although it is not known whether it was",
    },
    again: { type: "string", multiple: true, value: "STEP", about: "do this step once more" },
    ...WATCH,
  },
  async run(context, given) {
    const [id = ""] = given.args;
    const fromStep = given.text("from");
    const variables = toVariables(given.texts("set"), "--set");
    const again = [...given.texts("again")];
    const answer = await context.bot.call(endpoints.retryExecution, {
      params: { id },
      body: {
        ...(fromStep !== undefined && { fromStep }),
        ...(Object.keys(variables).length > 0 && { variables }),
        ...(again.length > 0 && { again }),
        ...(given.has("accept-doubt") && { acceptsDoubt: true }),
      },
      idempotencyKey: randomUUID(),
    });
    const where = answer.fromStep === null ? "" : ` from ${answer.fromStep}`;
    const sentence = answer.reopened
      ? `${answer.executionId}: continued${where}`
      : `${answer.executionId}: started anew, since ${id} had completed`;
    return begun(context, given, answer, sentence);
  },
};

export const replay: Command = {
  name: "replay",
  summary: "starts a workflow once more by an event that was published before",
  takes: "<event> <workflow>",
  count: [2, 2],
  options: WATCH,
  async run(context, given) {
    const [id = "", workflowId = ""] = given.args;
    const answer = await context.bot.call(endpoints.replayEvent, {
      params: { id },
      body: { workflowId },
      idempotencyKey: randomUUID(),
    });
    return begun(context, given, answer, answer.executionId);
  },
};
