import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findWords, type Piece, piecesOf } from "./source-words.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Names that were dropped, each with the one that took its place. Checked in the code of `src/`. */
const NAMES = [
  ["Act", "ActiveStep"],
  ["Head", "ExecutionRecord"],
  ["Agenda", "Worklist"],
  ["crossOff", "remove"],
  ["holdUp", "block"],
  ["madeRoom", "unblockAll"],
  ["wakeBy", "wakeAt"],
  ["Trace", "UndoEntry"],
  ["Past", "StepSnapshot"],
  ["beginTrace", "beginUndoEntry"],
  ["DecisionRequest", "VoteRequest"],
  ["DoubtChoice", "OutcomeChoice"],
  ["Lookout", "StoreWatcher"],
  ["RepeatedLook", "Poller"],
  ["IdleStates", "StateCache"],
  ["settleEnd", "finalize"],
  ["endDefective", "failDefective"],
  ["tellEnd", "publishCompletion"],
  ["endIsWanted", "hasCompletionListeners"],
  ["EndTeller", "CompletionEvents"],
  ["bury", "removeDead"],
  ["doubtLeases", "reconcileLeases"],
  ["Slots", "ConcurrencyLimiter"],
  ["connectControls", "the emitter of runtime/engine-events.ts"],
  ["(Message|Reaction|Webhook|Shortcut|Command)Starter", "…Trigger"],
  ["ActiveTriggers", "TriggerRegistry"],
  ["onceForEach", "memoizePerTrigger"],
  ["Findings", "ProblemCollector"],
  ["Visible", "SymbolTable"],
  ["OutsideName", "ExternalName"],
  ["NameDoubt", "NameWarning"],
  ["CardKeeper", "Reconciler"],
  ["Pacer", "RateLimiter"],
  ["wantedSurfaces", "desiredMessages"],
  ["TrailingWrites", "WriteBehind"],
  ["InsertQueue", "InsertBatcher"],
  ["tellNotices", "sendNotices"],
  ["insertHead", "executions.insert"],
  ["readHead", "executions.get"],
  ["listHeads", "executions.list"],
  ["untilStored", "retryWhileUnavailable"],
  ["takeBack", "undo"],
  ["(read|write)Mark", "kv.get, kv.set"],
  ["joinLine|leaveLine|nextInLine", "slots.enqueue, dequeue, peek"],
] as const;

/** Phrases that comments and log lines do without, each with what to write. Texts that people see are not checked. */
const PHRASES = [
  ["whoever", "who it is: the caller, the worker, the person"],
  ["somebody", "who it is: another process, a person"],
  ["nobody", "no caller, no worker, no person"],
  ["goes on", "continues"],
  ["go on", "continue"],
  ["looks? at", "reads, polls, checks"],
  ["looked at", "read, polled, checked"],
  ["tells", "reports, notifies, shows"],
  ["told", "notified, reported"],
  ["takes? back", "undoes, rolls back"],
  ["is held", "is paused, is blocked"],
] as const;

/** Log lines that stay although a phrase is in them: operators search for them, and `docs/store.md` quotes them. */
const QUOTED: readonly string[] = ["a change stream tells at once what other processes do"];

interface Source {
  readonly path: string;
  readonly pieces: readonly Piece[];
}

const SOURCES: readonly Source[] = globSync("{src,scripts,bench}/**/*.ts", { cwd: ROOT })
  .sort()
  .map((path) => ({ path, pieces: piecesOf(readFileSync(join(ROOT, path), "utf8")) }));

/** One line for each dropped name in the code of `src/`. */
function droppedNames(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path }) => path.startsWith("src/"))
    .flatMap(({ path, pieces }) =>
      findWords(
        pieces.filter(({ kind }) => kind === "code"),
        NAMES,
      ).map(({ line, word, instead }) => `${path}:${line}: ${word} → ${instead}`),
    );
}

/** One line for each dropped phrase in the comments and log lines. */
function droppedPhrases(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, pieces }) =>
    findWords(
      pieces.filter(({ kind, text }) => kind !== "code" && !QUOTED.includes(text.slice(1, -1))),
      PHRASES,
    ).map(({ line, word, instead }) => `${path}:${line}: “${word}” → ${instead}`),
  );
}

function planted(path: string, ...lines: readonly string[]): Source {
  return { path, pieces: piecesOf(lines.join("\n")) };
}

test("no dropped name is in the code", () => {
  expect(droppedNames(SOURCES)).toEqual([]);
});

test("no dropped phrase is in the comments and log lines", () => {
  expect(droppedPhrases(SOURCES)).toEqual([]);
});

describe("what the check finds", () => {
  test("a dropped name, with its place and the name to use", () => {
    const source = planted(
      "src/engine/planted.ts",
      "const ready = true;",
      "export class Lookout {}",
      "new WebhookStarter(ready);",
    );

    expect(droppedNames([source])).toEqual([
      "src/engine/planted.ts:2: Lookout → StoreWatcher",
      "src/engine/planted.ts:3: WebhookStarter → …Trigger",
    ]);
  });

  test("a name within another, in a string or in a comment is none", () => {
    const source = planted(
      "src/engine/planted.ts",
      'const title = "Act now"; // Act',
      "const ActiveStep = `Head ${title}`;",
      "const isVisible = /Past/.test(ActiveStep);",
    );

    expect(droppedNames([source])).toEqual([]);
  });

  test("a dropped phrase in a comment, also one that is wrapped", () => {
    const source = planted(
      "src/web/planted.ts",
      "/**",
      " * For whoever calls. It goes",
      " * on.",
      " */",
      "export const x = 1; // Nobody waits.",
    );

    expect(droppedPhrases([source])).toEqual([
      "src/web/planted.ts:2: “whoever” → who it is: the caller, the worker, the person",
      "src/web/planted.ts:2: “goes on” → continues",
      "src/web/planted.ts:5: “Nobody” → no caller, no worker, no person",
    ]);
  });

  test("a dropped phrase in a log line, but none in a text that people see", () => {
    const source = planted(
      "src/web/planted.ts",
      'throw new Error("Nobody knows.");',
      "this.#logger.warn(",
      "  { id: idOf(request) },",
      '  "somebody has the lock",',
      ");",
      'say("somebody");',
    );

    expect(droppedPhrases([source])).toEqual([
      "src/web/planted.ts:4: “somebody” → who it is: another process, a person",
    ]);
  });
});
