import { join } from "node:path";
import { openSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator.ts";
import { examine } from "../../src/doctor/examine.ts";
import type { CheckResult, Finding, Level } from "../../src/doctor/finding.ts";
import { omitUndefined } from "../../src/shared/omit-undefined.ts";
import { tempFolder } from "../store/temp-folder.ts";

type Environment = Readonly<Record<string, string>>;

/** A simulator, and the environment of a bot in front of it that has a folder of its own. */
export class Examination implements AsyncDisposable {
  readonly simulator: Simulator;
  /** `DATA_DIR`: not there before something makes it. */
  readonly dataDir: string;
  readonly #env: Environment;
  readonly #stack: AsyncDisposableStack;

  private constructor(simulator: Simulator, folder: string, stack: AsyncDisposableStack) {
    this.simulator = simulator;
    this.dataDir = join(folder, "data");
    this.#stack = stack;
    this.#env = {
      SLACK_API_URL: simulator.apiUrl,
      SLACK_BOT_TOKEN: "xoxb-simulator",
      SLACK_APP_TOKEN: "xapp-simulator",
      OPENAI_BASE_URL: simulator.modelUrl,
      // A shipped workflow names it.
      SECRET_COMPANY_API_KEY: "key-of-the-company-api",
      DATA_DIR: this.dataDir,
      PORT: "0",
    };
  }

  static async open(options: SimulatorOptions = {}): Promise<Examination> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await tempFolder());
    const simulator = stack.use(await openSimulator(options));
    return new Examination(simulator, folder.path, stack.move());
  }

  /** The doctor's results with these variables added or, if empty, taken away. */
  async run(
    env: Environment = {},
    options: { readonly now?: () => number; readonly eventsUrl?: string } = {},
  ): Promise<Results> {
    return new Results(await examine({ env: this.environment(env), ...omitUndefined(options) }));
  }

  /** The environment with these variables added or, if empty, taken away. */
  environment(env: Environment = {}): Environment {
    return { ...this.#env, ...env };
  }

  /** The next call of this method fails so. */
  async fault(fault: Readonly<Record<string, string | number>>): Promise<void> {
    await fetch(`${this.simulator.url}/sim/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What a doctor found. */
export class Results {
  readonly all: readonly CheckResult[];

  constructor(all: readonly CheckResult[]) {
    this.all = all;
  }

  of(id: string): readonly Finding[] {
    return this.all.find((result) => result.id === id)?.findings ?? [];
  }

  /** Everything that a check says, for matching. */
  text(id: string): string {
    return this.of(id)
      .map(({ level, what, fix }) => `${level}: ${what}\n${fix ?? ""}`)
      .join("\n");
  }

  /** Ids of the checks with a finding of this level. */
  with(level: Level): readonly string[] {
    return this.all
      .filter(({ findings }) => findings.some((one) => one.level === level))
      .map(({ id }) => id);
  }
}
