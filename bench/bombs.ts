import { cpus, platform, release } from "node:os";
import { compilePattern } from "../src/engine/language/safe-pattern.ts";
import { hostileTexts, TEXT_READERS } from "../test/support/bombs/texts.ts";
import { WorkflowHarness } from "../test/support/workflow-harness.ts";

/**
 * How long the event loop is blocked by what is made for that: `node bench/bombs.ts`.
 *
 * The pieces of one bomb are done one after the other with turns of the loop in between, as requests and messages come; the longest
 * delay counts.
 */
const TICK_MS = 1;

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** @param parts - what is done between two turns of the loop. */
async function measure(what: string, parts: Iterable<() => unknown>): Promise<void> {
  const before = process.memoryUsage().rss;
  // Of this process alone: on a machine that has nothing else to do, that is how long the loop was blocked.
  let last = process.cpuUsage();
  let longest = 0;
  const note = (): void => {
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.cpuUsage();
  };
  const ticks = setInterval(note, TICK_MS);
  for (const part of parts) {
    await turn();
    last = process.cpuUsage();
    await part();
    note();
  }
  clearInterval(ticks);
  const megabytes = (process.memoryUsage().rss - before) / 1e6;
  console.log(
    `${what.padEnd(48)}  ${longest.toFixed(0).padStart(6)} ms at most  ${megabytes.toFixed(0).padStart(6)} MB`,
  );
}

/** Patterns that cost most for each of their states. */
const PATTERNS: readonly (readonly [pattern: string, piece: string])[] = [
  ["(?i)error.{0,500}timeout", "error "],
  ["\\p{L}{1,100}\\d", "a"],
  ["(?i)[a-z]{0,900}\\d", "a"],
  ["^(.*a){20}$", "a"],
  ["(a|aa)+$", "a"],
];

const [cpu] = cpus();
console.log(
  `${cpu?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${platform()} ${release()}, Node ${process.versions.node}`,
);

for (const [source, piece] of PATTERNS) {
  const pattern = compilePattern(source);
  if (typeof pattern === "string") throw new Error(pattern);
  const text = piece.repeat(pattern.maxLength).slice(0, pattern.maxLength);
  await measure(`pattern ${source}, ${pattern.maxLength} characters`, [() => pattern.test(text)]);
}

for (const { name, length, read } of TEXT_READERS) {
  const parts = hostileTexts(length).map(([, text]) => () => {
    try {
      return read(text);
    } catch {
      // A refusal is an answer.
      return null;
    }
  });
  await measure(`${name}, texts of ${length} characters`, parts);
}

/** Starts a workflow and waits for its end. */
async function runToEnd(steps: readonly object[], variables = {}): Promise<void> {
  await using harness = await WorkflowHarness.open({
    id: "bomb",
    name: "Bomb",
    limits: { maxSteps: 10_000 },
    steps,
  });
  const { executionId } = await harness.start("bomb", variables);
  JSON.stringify(await harness.engine.executions.get(executionId));
}

const HEAVY = "lists.range(900).map(a, lists.range(300).map(b, a * b)).size()";
const cycle = (expression: string) => [
  { id: "a", type: "transform", config: { expression }, next: { default: "b" } },
  { id: "b", type: "transform", config: { expression }, next: { default: "a" } },
];
await measure("a cycle of 10,000 small steps", [() => runToEnd(cycle("1"))]);
await measure("a step of 40 heavy expressions", [
  () =>
    runToEnd([
      {
        id: "a",
        type: "transform",
        config: { set: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, HEAVY])) },
      },
    ]),
]);
await measure("a cycle of outputs of a megabyte", [
  () => runToEnd(cycle("variables.text"), { text: "x".repeat(1_000_000) }),
]);
