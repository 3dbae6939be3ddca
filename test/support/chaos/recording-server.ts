import { isJsonObject, type JsonObject, readOwn } from "../../../src/shared/json.ts";
import {
  json,
  type LoopbackServer,
  type ReceivedRequest,
  startLoopbackServer,
} from "../loopback-server.ts";
import { Random } from "./random.ts";
import type { Effect } from "./scenario.ts";

/** What one try of an effect meets, with its probability. */
const TROUBLE = { refusedForNow: 0.1, answerLost: 0.08, slow: 0.1 } as const;
/** Tries under one key that may meet trouble; later ones are served. */
const TROUBLED_TRIES = 3;

/** An outside system with an honest idempotency: it counts what it did under each key, and is unreliable on purpose. */
export interface RecordingServer extends AsyncDisposable {
  /** POST here `{run, effect}` for an effect. */
  readonly url: string;
  /** Answers 422 to everything. */
  readonly refusingUrl: string;
  /** Every try that had its effect, repeats included. */
  readonly effects: readonly Effect[];
  /** Resolves as soon as something is tried for the first time: a death at each try would make a poison of it. */
  nextTry(): Promise<void>;
}

export async function startRecordingServer(seed: number): Promise<RecordingServer> {
  const effects: Effect[] = [];
  const tries = new Map<string, number>();
  let tried = Promise.withResolvers<void>();
  const server: LoopbackServer = await startLoopbackServer((request, response) => {
    if (request.url === "/refuse") return json(422, { error: "never" })(request, response);
    const effect = toEffect(request);
    const nth = (tries.get(effect.key) ?? 0) + 1;
    tries.set(effect.key, nth);
    if (nth === 1) {
      tried.resolve();
      tried = Promise.withResolvers();
    }
    // Its first try is refused for good: somebody has to see to it.
    if (nth === 1 && effect.name.endsWith("once-refused"))
      return json(422, { error: "not yet" })(request, response);
    const chance = new Random(seed, `${effect.run} ${effect.name} ${nth}`);
    const hasTrouble = (probability: number): boolean =>
      nth <= TROUBLED_TRIES && chance.chance(probability);
    if (hasTrouble(TROUBLE.refusedForNow)) return json(503, { error: "busy" })(request, response);
    effects.push(effect);
    if (hasTrouble(TROUBLE.answerLost)) return void response.destroy();
    const answer = (): void => json(200, { done: effect.name })(request, response);
    if (hasTrouble(TROUBLE.slow)) setTimeout(answer, chance.between(100, 600));
    else answer();
  });
  return {
    url: `${server.url}/effects`,
    refusingUrl: `${server.url}/refuse`,
    effects,
    nextTry: () => tried.promise,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function toEffect({ headers, body }: ReceivedRequest): Effect {
  const parsed: unknown = JSON.parse(body);
  const said: JsonObject = isJsonObject(parsed) ? parsed : {};
  return {
    run: String(readOwn(said, "run")),
    name: `http ${String(readOwn(said, "effect"))}`,
    key: String(headers["idempotency-key"]),
    content: body,
  };
}
