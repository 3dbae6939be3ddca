import { globSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { InstrumenterContext } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import fc from "fast-check";
import { omitUndefined } from "../../src/shared/omit-undefined.ts";
import { type NotedTest, takeNoted } from "./vitest.ts";

/**
 * The tests that a mutant of the pure core has to get past: those that need neither store, nor
 * clock, nor world. The quick ones first.
 */
const TESTS = [
  "test/engine/execution/!(any-workflow).test.ts",
  "test/engine/steps/{child-money,foreach,parallel,wait}.test.ts",
  "test/engine/execution/{decider,projections}/*.test.ts",
  "test/engine/language/scope.test.ts",
  "test/engine/execution/any-workflow.test.ts",
];

const STAND_IN = new URL("vitest.ts", import.meta.url).href;

/** Fewer generated cases than in `npm test`, the same for each mutant, and no shrinking. */
fc.configureGlobal({ numRuns: 30, seed: 20_261_125, endOnFailure: true });

registerHooks({
  resolve: (specifier, by, next) =>
    specifier === "vitest" && by.parentURL !== STAND_IN
      ? { url: STAND_IN, shortCircuit: true }
      : next(specifier, by),
});

/** Read by the instrumented code: which mutant is active. */
const context: { [Name in keyof InstrumenterContext]: InstrumenterContext[Name] | undefined } = {};
Object.assign(globalThis, { __stryker__: context });

/**
 * Runs the tests of the pure core in this process, which loads them once for all mutants: a mutant
 * takes milliseconds.
 */
class PureRunner implements TestRunner {
  #tests: ReadonlyMap<string, NotedTest> | null = null;

  /**
   * Modules are loaded once: Stryker starts another process for mutants of code that runs at load.
   */
  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<DryRunResult> {
    const tests = await this.#run(await this.#load(), false);
    return {
      status: DryRunStatus.Complete,
      tests,
      ...omitUndefined({ mutantCoverage: context.mutantCoverage }),
    };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, mutantActivation, testFilter, hitLimit, disableBail } = options;
    context.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
    const all = await this.#load();
    const wanted = testFilter ? new Map([...all].filter(([id]) => testFilter.includes(id))) : all;
    context.activeMutant = activeMutant.id;
    context.hitCount = 0;
    context.hitLimit = hitLimit;
    const tests = await this.#run(wanted, !disableBail);
    const limit = determineHitLimitReached(context.hitCount, hitLimit);
    return toMutantRunResult(limit ?? { status: DryRunStatus.Complete, tests });
  }

  async #load(): Promise<ReadonlyMap<string, NotedTest>> {
    if (this.#tests) return this.#tests;
    const tests = new Map<string, NotedTest>();
    for (const file of TESTS.flatMap((pattern) => globSync(pattern).toSorted())) {
      await import(pathToFileURL(resolve(file)).href);
      for (const test of takeNoted()) tests.set(`${file} > ${test.name}`, test);
    }
    this.#tests = tests;
    return tests;
  }

  async #run(tests: ReadonlyMap<string, NotedTest>, bail: boolean): Promise<TestResult[]> {
    const results: TestResult[] = [];
    for (const [id, { name, run }] of tests) {
      const begun = performance.now();
      context.currentTestId = id;
      const failure = await failureOf(run);
      context.currentTestId = undefined;
      const result = { id, name, timeSpentMs: performance.now() - begun };
      results.push(
        failure === null
          ? { ...result, status: TestStatus.Success }
          : { ...result, status: TestStatus.Failed, failureMessage: failure },
      );
      if (failure !== null && bail) break;
    }
    return results;
  }
}

async function failureOf(run: () => unknown): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    return String(error);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "pure", PureRunner)];
