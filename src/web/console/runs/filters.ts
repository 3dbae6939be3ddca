import { z } from "zod";
import type { ExecutionQuery } from "../../../engine/api/executions.ts";
import type { ExecutionStatus } from "../../../engine/model/state.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { STATUSES } from "../../endpoints/execution-view.ts";

/** What is asked of the list of runs, as it stands in the address. What is not understood is named, and asks for nothing. */
export interface RunFilters {
  readonly status: ExecutionStatus | null;
  readonly workflow: string | null;
  readonly version: number | null;
  readonly person: string | null;
  /** `customer=acme`. */
  readonly label: string | null;
  /** `amount=640`; needs a workflow. */
  readonly input: string | null;
  /** Days as `2026-11-23`, UTC, the last one included. */
  readonly from: string | null;
  readonly to: string | null;
  /** Whether the days are those on which runs began, or ended. */
  readonly days: "started" | "ended";
  readonly cursor: string | null;
  /** What is wrong with the filters, a sentence each. */
  readonly problems: readonly string[];
}

export const RUNS_SHOWN = 50;
const DAY_MS = 86_400_000;
const MAX_TEXT = 200;

const Text = z.string().trim().min(1).max(MAX_TEXT);
const Day = z.iso.date();
/** A name with its value. */
const Pair = Text.regex(/^[A-Za-z_][\w-]{0,63}=./);

const FIELDS = {
  status: [z.enum(STATUSES), `The status must be one of ${STATUSES.join(", ")}.`],
  version: [z.coerce.number().int().min(1), "The version must be a whole number from 1."],
  label: [Pair, "The label must be a name with its value, such as customer=acme."],
  input: [Pair, "The input must be a name with its value, such as amount=640."],
  from: [Day, "The first day must be written like 2026-01-31."],
  to: [Day, "The last day must be written like 2026-01-31."],
  workflow: [Text, "The workflow must be named by its id."],
  person: [Text, "The person must be named by a Slack user id, such as U012ABCDEF."],
  days: [z.enum(["started", "ended"]), "Days are those on which runs started, or ended."],
  cursor: [z.string().max(1000), "The page is not there any more."],
} as const;

/** Reads the filters of an address. */
export function readFilters(query: URLSearchParams): RunFilters {
  const problems: string[] = [];
  const read = <Value>(name: keyof typeof FIELDS & string, schema: z.ZodType<Value>) => {
    const given = query.get(name);
    if (given === null || given.trim() === "") return null;
    const parsed = schema.safeParse(given.trim());
    if (parsed.success) return parsed.data;
    problems.push(FIELDS[name][1]);
    return null;
  };
  const filters = {
    status: read("status", FIELDS.status[0]),
    workflow: read("workflow", FIELDS.workflow[0]),
    version: read("version", FIELDS.version[0]),
    person: read("person", FIELDS.person[0]),
    label: read("label", FIELDS.label[0]),
    input: read("input", FIELDS.input[0]),
    from: read("from", FIELDS.from[0]),
    to: read("to", FIELDS.to[0]),
    days: read("days", FIELDS.days[0]) ?? ("started" as const),
    cursor: read("cursor", FIELDS.cursor[0]),
  };
  if (filters.input !== null && filters.workflow === null)
    problems.push("Runs are found by an input only beside their workflow: choose one.");
  return { ...filters, problems };
}

/** What the engine is asked for. */
export function toQuery(filters: RunFilters): ExecutionQuery {
  const { status, workflow, version, person, label, input, from, to, days, cursor } = filters;
  const [first, before] = [from, to].map((day) => (day === null ? undefined : Date.parse(day)));
  const until = before === undefined ? undefined : before + DAY_MS;
  return {
    ...omitUndefined({
      status: status ?? undefined,
      workflowId: workflow ?? undefined,
      version: version ?? undefined,
      startedBy: person ?? undefined,
      cursor: cursor ?? undefined,
      labels: pairOf(label),
      inputs: pairOf(input),
    }),
    ...(days === "started"
      ? omitUndefined({ startedFrom: first, startedBefore: until })
      : omitUndefined({ endedFrom: first, endedBefore: until })),
    isBounded: true,
    limit: RUNS_SHOWN,
  };
}

function pairOf(text: string | null): Record<string, string> | undefined {
  if (text === null) return undefined;
  const end = text.indexOf("=");
  return { [text.slice(0, end)]: text.slice(end + 1) };
}

/** The address of the list with these filters. @param changes - that differ; `null` takes a filter away. */
export function runsPath(
  filters: Partial<Omit<RunFilters, "problems">>,
  changes: Partial<Omit<RunFilters, "problems">> = {},
): string {
  const all = { ...filters, ...changes };
  const query = new URLSearchParams();
  for (const name of [
    "status",
    "workflow",
    "version",
    "person",
    "label",
    "input",
    "from",
    "to",
  ] as const) {
    const value = all[name];
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  if (all.days === "ended") query.set("days", "ended");
  if (all.cursor) query.set("cursor", all.cursor);
  const text = query.toString();
  return text === "" ? "/runs" : `/runs?${text}`;
}
