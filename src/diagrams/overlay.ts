import type { ExecutionView } from "../engine/api/executions.ts";
import { EACH } from "../engine/definition/step-type.ts";
import { edgeKey } from "./diagram.ts";

/** What of a run is needed to know its path. */
export type RunPath = Pick<ExecutionView, "status" | "steps" | "running">;

/** How far a step has come. */
export type StepState = "completed" | "failed" | "skipped" | "running" | "waiting" | "retrying";

/** What runs did at a step. */
export interface NodeMark {
  /** Of the last entry. */
  readonly state: StepState;
  /** How often it was entered. */
  readonly entries: number;
  /** How many of these failed. */
  readonly failed: number;
}

/** The path of one run, or those of several, over the diagram of their version. */
export interface Overlay {
  readonly of: "run" | "runs";
  readonly runs: number;
  /** By place; a step that is missing was not reached. */
  readonly nodes: ReadonlyMap<string, NodeMark>;
  /** How often each way was taken, by {@link edgeKey}. */
  readonly edges: ReadonlyMap<string, number>;
}

/** The path that one run has taken so far. Pure, as all here. */
export function pathOf(run: RunPath): Overlay {
  return { ...sumPaths([run]), of: "run" };
}

/** How often runs of one version took each way. */
export function sumPaths(runs: readonly RunPath[]): Overlay {
  const nodes = new Map<string, NodeMark>();
  const edges = new Map<string, number>();
  for (const run of runs) addRun(run, nodes, edges);
  return { of: "runs", runs: runs.length, nodes, edges };
}

interface Entry {
  readonly place: string;
  readonly path: string;
  readonly state: StepState;
  readonly isOver: boolean;
}

function addRun(run: RunPath, nodes: Map<string, NodeMark>, edges: Map<string, number>): void {
  const over = run.steps.map(
    ({ path, status }): Entry => ({ path, place: placeOf(path), state: status, isOver: true }),
  );
  const ended = new Set(over.map(({ path }) => path));
  const underWay = run.running
    .filter(({ path }) => !ended.has(path))
    .map(({ path, phase }): Entry => ({ path, place: placeOf(path), state: phase, isOver: false }));
  const entries = [...over, ...underWay];
  for (const { place, state } of entries) {
    const before = nodes.get(place);
    nodes.set(place, {
      state,
      entries: (before?.entries ?? 0) + 1,
      failed: (before?.failed ?? 0) + (state === "failed" ? 1 : 0),
    });
  }
  const count = (from: Entry, to: string | null): void => {
    const key = edgeKey(from.place, to, from.state === "failed");
    edges.set(key, (edges.get(key) ?? 0) + 1);
  };
  // Within a body one step follows the other, so that neighbors in time are the two ends of a way.
  for (const [body, list] of Map.groupBy(entries, ({ path }) => bodyOf(path))) {
    list.forEach((entry, index) => {
      const next = list[index + 1];
      if (next !== undefined) count(entry, next.place);
      else if (entry.isOver && entry.state !== "failed" && isBodyOver(body, run, ended))
        count(entry, null);
    });
  }
}

function isBodyOver(body: string, { status }: RunPath, ended: ReadonlySet<string>): boolean {
  return body === "" ? status === "completed" : ended.has(body.slice(0, body.lastIndexOf("/")));
}

/** The path of the body that an entry belongs to: `each#1/0`; empty: the root. */
function bodyOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** `each#1/0/greet#3` is an entry of the step at `each/&#42;/greet`: no branch has a number for an id. */
function placeOf(path: string): string {
  return path
    .split("/")
    .map((segment, index) => {
      if (index % 2 === 0) return segment.replace(/#\d+$/, "");
      return /^\d+$/.test(segment) ? EACH : segment;
    })
    .join("/");
}
