import { expect, test } from "vitest";
import { LEASE_MS } from "../../../src/engine/model/lease.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import type { Worker } from "../../../src/engine/runtime/worker.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { workflow } from "../../support/execution-harness.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { WorkerHarness } from "../../support/worker-harness.ts";

const MINUTE = 60_000;

/** Processes over one store. When one ends, nothing of it reaches the store any more, and what was under way there is lost. */
class Processes implements AsyncDisposable {
  readonly harness: WorkerHarness;
  /** Names of the runs whose attempts each process began, in order. */
  readonly begun: string[][] = [];
  /** Milliseconds after which a run's attempt ends the process. */
  readonly killsAfter = new Map<string, number>();
  /** Milliseconds that an attempt takes that does not. */
  takesMs = 5000;
  #isAlive = { now: false };
  #worker: Worker | null = null;

  private constructor(open: (begin: (name: string) => Promise<string>) => WorkerHarness) {
    this.harness = open((name) => this.#attempt(name));
  }

  static async open(): Promise<Processes> {
    let begin: ((name: string) => Promise<string>) | null = null;
    const steps = [{ id: "work", type: "scripted", config: { run: "{{variables.run}}" } }];
    const harness = await WorkerHarness.open(workflow(steps), async ({ run }) => {
      if (typeof run !== "string" || begin === null) throw new Error("Not a run of this test.");
      return begin(run);
    });
    return new Processes((attempt) => {
      begin = attempt;
      return harness;
    });
  }

  async #attempt(name: string): Promise<string> {
    const { clock } = this.harness;
    const alive = this.#isAlive;
    this.begun.at(-1)?.push(name);
    const deadlyMs = this.killsAfter.get(name);
    const { promise, resolve } = Promise.withResolvers<string>();
    if (deadlyMs === undefined) clock.after(this.takesMs, () => resolve("done"));
    else clock.after(deadlyMs, () => (alive.now = false));
    return promise;
  }

  get isAlive(): boolean {
    return this.#isAlive.now;
  }

  /** It ends from outside. */
  kill(): void {
    this.#isAlive.now = false;
  }

  /** A new process, once the leases of the last one have run out. */
  async begin(): Promise<void> {
    await this.harness.clock.advance(LEASE_MS);
    const alive = { now: true };
    this.#isAlive = alive;
    this.begun.push([]);
    this.#worker = await this.harness.worker(mortal(this.harness.store, alive));
    await this.harness.clock.advance(0);
  }

  async start(...names: readonly string[]): Promise<void> {
    if (this.#worker === null) throw new Error("There is no process.");
    for (const run of names) await this.harness.start(this.#worker, run, { run });
  }

  async endOf(run: string): Promise<string> {
    const { status, error } = await this.harness.state(run);
    return error?.code ?? status;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.harness[Symbol.asyncDispose]();
  }
}

function mortal(store: Store, alive: { readonly now: boolean }): Store {
  const message = "The process has ended.";
  return interceptStore(store, async ({ run }) => {
    if (!alive.now) throw new AppError({ code: "store_unavailable", message, retryable: true });
    const result: unknown = await run();
    if (!alive.now) throw new AppError({ code: "store_unavailable", message, retryable: true });
    return result;
  });
}

/** Processes one after the other, until one lives for so long. @returns how many ended. */
async function untilOneLives(processes: Processes, ms: number): Promise<number> {
  for (let ended = 0; ended < 20; ended += 1) {
    await processes.harness.clock.advance(ms);
    if (processes.isAlive) return ended;
    await processes.begin();
  }
  throw new Error("The process ends again and again.");
}

const INNOCENT = ["one", "two", "three", "four", "five"];

test("a step that ends the process is given up after three times, none of those that end with it is", async () => {
  await using processes = await Processes.open();
  processes.killsAfter.set("killer", 1000);
  await processes.begin();
  await processes.start(...INNOCENT, "killer");

  expect(await untilOneLives(processes, 5 * MINUTE)).toBe(3);

  expect(await processes.endOf("killer")).toBe("attempt_ended_process");
  for (const name of INNOCENT) expect(await processes.endOf(name)).toBe("completed");
});

test("several steps that end the process are given up, none of the others is", async () => {
  await using processes = await Processes.open();
  processes.killsAfter.set("killer", 1000).set("murderer", 1500);
  await processes.begin();
  await processes.start("killer", ...INNOCENT, "murderer");

  expect(await untilOneLives(processes, 5 * MINUTE)).toBeLessThanOrEqual(5);

  expect(await processes.endOf("killer")).toBe("attempt_ended_process");
  expect(await processes.endOf("murderer")).toBe("attempt_ended_process");
  for (const name of INNOCENT) expect(await processes.endOf(name)).toBe("completed");
});

test("a step that ends the process late is found although others do not wait for it", async () => {
  await using processes = await Processes.open();
  processes.killsAfter.set("killer", 12_000);
  processes.takesMs = 20_000;
  await processes.begin();
  await processes.start("killer", ...INNOCENT);

  expect(await untilOneLives(processes, 10 * MINUTE)).toBeLessThanOrEqual(6);

  expect(await processes.endOf("killer")).toBe("attempt_ended_process");
  for (const name of INNOCENT) expect(await processes.endOf(name)).toBe("completed");
});

test("nothing is given up because the process is ended from outside, however often and whenever", async () => {
  await using processes = await Processes.open();
  await processes.begin();
  await processes.start(...INNOCENT);
  // At all kinds of moments of its life, most of them while one attempt is alone.
  for (let end = 0; end < 15; end += 1) {
    await processes.harness.clock.advance(200 + ((end * 733) % 4000));
    processes.kill();
    await processes.begin();
  }

  await processes.harness.clock.advance(5 * MINUTE);

  for (const name of INNOCENT) expect(await processes.endOf(name)).toBe("completed");
});

test("what was under way begins again soon after one end, however much it was", async () => {
  await using processes = await Processes.open();
  const names = Array.from({ length: 60 }, (_, index) => `run${index}`);
  processes.takesMs = 25_000;
  await processes.begin();
  await processes.start(...names);
  processes.kill();
  await processes.begin();

  await processes.harness.clock.advance(25_000);

  expect(new Set(processes.begun.at(-1))).toEqual(new Set(names));
});
