import { randomInt } from "node:crypto";
import fc from "fast-check";
import { Watch } from "./watch.ts";

/** Seconds of each target within all tests; together about twenty. */
const DEFAULT_SECONDS = 3;

/** Longer than any target lasts, for the limits of the test runner: the world of a target has to start and to come to rest. */
export const FUZZ_TIMEOUT_MS = (secondsPerTarget() + 120) * 1000;

/** What is done with one input; throws if something is wrong. */
type Attempt<Input> = (input: Input) => Promise<void> | void;

export interface FuzzOptions {
  /** Part of the target's time for this property. @default 1 */
  readonly share?: number;
  /** Milliseconds that one input may take until it was dealt with. @default 20000 */
  readonly inputMs?: number;
}

/**
 * Tries inputs for a fixed time (`FUZZ_SECONDS` for each target): none may make `attempt` throw, reject a promise that no one awaits,
 * change a prototype, or keep the event loop for long. Prints how many there were.
 *
 * The seed is random and printed; what a failure's message says repeats it.
 *
 * @throws {Error} with the smallest input that was found to fail, and how to repeat it.
 */
export async function fuzz<Input>(
  target: string,
  inputs: fc.Arbitrary<Input>,
  attempt: Attempt<Input>,
  { share = 1, inputMs = 20_000 }: FuzzOptions = {},
): Promise<void> {
  using watch = new Watch();
  const startedAt = performance.now();
  const property = fc.asyncProperty(inputs, (input) => watch.over(input, () => attempt(input)));
  const result = await fc.check(property, {
    ...replayed(),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: secondsPerTarget() * share * 1000,
    timeout: inputMs,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `fuzz ${target}: ${result.numRuns} inputs in ${seconds} s, seed ${result.seed}; ${watch.slowest()}`,
  );
  if (!result.failed || result.counterexample === null) return;
  const [name = target] = target.split(" ");
  const how = `npm run fuzz -- --only ${name} --seed ${result.seed} --path ${result.counterexamplePath ?? ""}`;
  const error = result.errorInstance;
  throw new Error(
    `${String(error instanceof Error ? error.message : error)}\nInput: ${fc.stringify(result.counterexample[0])}\nAgain: ${how}`,
    { cause: error },
  );
}

function secondsPerTarget(): number {
  return Number(process.env["FUZZ_SECONDS"] ?? DEFAULT_SECONDS);
}

function replayed(): { readonly seed: number; readonly path?: string } {
  const { FUZZ_SEED: seed, FUZZ_PATH: path } = process.env;
  return { seed: seed ? Number(seed) : randomInt(1_000_000_000), ...(path && { path }) };
}
