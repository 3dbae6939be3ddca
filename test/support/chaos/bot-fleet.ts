import { BotProcess } from "../bot-process.ts";
import { pause } from "../pause.ts";
import type { Random } from "./random.ts";

/** Milliseconds that a bot lives, from being ready to its death. */
const LIFE_MS = [150, 3000] as const;
/** Milliseconds after which a bot dies that does not get as far as being ready. */
const BIRTH_MS = [50, 900] as const;
const DIES_AT_BIRTH = 0.15;
/** The other deaths come at any time; these while an effect is under way. */
const DIES_IN_EFFECT = 0.5;
/** Milliseconds from the moment an effect is tried. */
const EFFECT_MS = [0, 20] as const;

/** With this code a bot ends whose database does not answer when it starts. */
const EX_UNAVAILABLE = 69;
const RESTART_MS = 500;

/** Processes of the real bot over one store, all of which die at random moments and are started again. */
export class BotFleet implements AsyncDisposable {
  readonly #bots: readonly BotProcess[];
  readonly #chance: Random;
  /** Bots killed so far, and those of them that were not ready yet. */
  kills = 0;
  killsAtStart = 0;

  private constructor(bots: readonly BotProcess[], chance: Random) {
    this.#bots = bots;
    this.#chance = chance;
  }

  /** @param environments - one for each process. */
  static async start(
    environments: readonly NodeJS.ProcessEnv[],
    chance: Random,
  ): Promise<BotFleet> {
    const bots: BotProcess[] = [];
    for (const env of environments) bots.push(await BotProcess.launch(env));
    return new BotFleet(bots, chance);
  }

  /** Address of a bot that was ready when last seen; another one at the next call. */
  url(): string {
    const urls = this.#bots.map((bot) => bot.url);
    return urls[Math.floor(Math.random() * urls.length)] ?? "";
  }

  /**
   * Kills `count` times, one bot at a time, and leaves all of them running.
   *
   * @param nextEffect - resolves when something is being done outside.
   */
  async killAtRandom(count: number, nextEffect: () => Promise<void>): Promise<void> {
    while (this.kills < count) {
      const bot = this.#bots[this.#chance.between(0, this.#bots.length - 1)];
      if (bot === undefined) return;
      const life = pause(this.#chance.between(...LIFE_MS));
      if (this.#chance.chance(DIES_IN_EFFECT)) {
        await pause(LIFE_MS[0]);
        await Promise.race([life, nextEffect()]);
        await pause(this.#chance.between(...EFFECT_MS));
      } else await life;
      await this.#kill(bot);
      const diesAtBirth = this.#chance.chance(DIES_AT_BIRTH) && this.kills < count;
      if (diesAtBirth) await this.#killAtBirth(bot);
      await startWhenPossible(bot);
    }
  }

  async #kill(bot: BotProcess): Promise<void> {
    await bot.kill();
    this.kills += 1;
  }

  async #killAtBirth(bot: BotProcess): Promise<void> {
    // Its start fails because of us.
    const born = bot.start().catch(() => undefined);
    await pause(this.#chance.between(...BIRTH_MS));
    await this.#kill(bot);
    await born;
    this.killsAtStart += 1;
  }

  /** Stops all of them in order. @returns their exit codes. */
  async stop(): Promise<readonly (number | null)[]> {
    return Promise.all(this.#bots.map((bot) => bot.stop()));
  }

  /** Everything the bots wrote. */
  get output(): string {
    return this.#bots.map((bot) => bot.output).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** As a supervisor does: again and again while the database is away. */
async function startWhenPossible(bot: BotProcess): Promise<void> {
  for (;;) {
    try {
      return await bot.start();
    } catch (error) {
      if (bot.exitCode !== EX_UNAVAILABLE) throw error;
      await pause(RESTART_MS);
    }
  }
}
