import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileDefinition } from "../../../src/engine/definition/compile.ts";
import { Definition } from "../../../src/engine/definition/schema.ts";
import { advance } from "../../../src/engine/execution/decider/advance.ts";
import { Worklist } from "../../../src/engine/execution/decider/worklist.ts";
import type { ExecutionEvent } from "../../../src/engine/model/events.ts";
import { readOwn } from "../../../src/shared/json.ts";
import {
  factsOf,
  foldRecorded,
  type RecordedRun,
  standingOf,
} from "../../support/recorded-logs.ts";
import { realRegistries } from "../../support/registries.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/logs");
const RELEASES = readdirSync(FOLDER).map((file) => ({
  release: file.replace(".ndjson", ""),
  runs: readFileSync(join(FOLDER, file), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): RecordedRun => JSON.parse(line)),
}));
/**
 * The release whose logs have a kind of event first; `null`: it stands apart from the log, or says
 * only that a signal came to nothing.
 */
const SINCE: Readonly<Record<ExecutionEvent["type"], string | null>> = {
  // Only when many attempts wait for their turn after a process has ended.
  attempt_outlived: null,
  budget_changed: "0.1.0",
  budget_requested: "0.1.0",
  child_ended: "0.1.0",
  child_held: "0.1.0",
  child_started: "0.1.0",
  decision_recorded: "0.1.0",
  decision_refused: "0.1.0",
  decision_renewed: "0.2.0",
  decision_sealed: "0.2.0",
  decision_voided: "0.2.0",
  event_received: "0.1.0",
  events_searched: "0.1.0",
  execution_cancel_requested: "0.1.0",
  execution_cancelled: "0.1.0",
  execution_claimed: "0.1.0",
  execution_completed: "0.1.0",
  execution_failed: "0.1.0",
  execution_held: "0.1.0",
  execution_migrated: "0.1.0",
  // No run of the chaos is stopped in order while a step is under way.
  execution_released: null,
  execution_reopened: "0.1.0",
  execution_resumed: "0.1.0",
  execution_started: null,
  frame_closed: "0.1.0",
  frame_opened: "0.1.0",
  frames_opened: "0.1.0",
  late_result: "0.1.0",
  outbox_delivered: "0.1.0",
  outcome_asked: "0.1.0",
  outcome_told: "0.1.0",
  request_delegated: "0.2.0",
  request_escalated: "0.2.0",
  request_reminded: "0.2.0",
  signal_received: null,
  slot_acquired: "0.1.0",
  step_attempt_failed: "0.1.0",
  step_completed: "0.1.0",
  step_failed: "0.1.0",
  step_skipped: "0.1.0",
  step_started: "0.1.0",
  step_released: "0.2.0",
  step_waiting: "0.1.0",
  timer_fired: "0.1.0",
  vote_withdrawn: "0.2.0",
};
const registries = realRegistries();

describe.for(RELEASES)("runs that version $release wrote", ({ release, runs }) => {
  test.for(runs.map((run) => [`${run.start.workflowId} ${run.start.executionId}`, run] as const))(
    "%s stands after each commit where it stood then",
    ([, run]) => {
      const commits = run.commits[Symbol.iterator]();
      let state = null;
      for (state of foldRecorded(run)) {
        expect(standingOf(state)).toEqual(commits.next().value?.standing);
      }
      expect(state && factsOf(state)).toEqual(run.facts);
    },
  );

  test("go on from any commit with what is due", () => {
    for (const run of runs) {
      for (const state of foldRecorded(run)) {
        const definition = Definition.parse(run.definitions[state.version]);
        const workflow = compileDefinition(definition, registries.stepTypes, registries);
        expect(() => advance(workflow, state, new Worklist(state), state.start.at)).not.toThrow();
      }
    }
  });

  test("have every kind of event that there was", () => {
    const kinds = runs.flatMap(({ commits }) => commits.flatMap(({ events }) => events));
    const expected = Object.keys(SINCE).filter((kind) => {
      const since = readOwn(SINCE, kind);
      return (
        typeof since === "string" && since.localeCompare(release, "en", { numeric: true }) <= 0
      );
    });
    expect(new Set(kinds.map(({ type }) => type))).toEqual(new Set(expected));
  });
});
