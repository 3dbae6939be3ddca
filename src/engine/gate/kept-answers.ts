import { randomUUID } from "node:crypto";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { hashJson } from "../../shared/json.ts";
import type { KeptAnswer, RepeatableRequest, RepeatedAnswer, Repeats } from "../api/repeats.ts";
import type { AnswerRecord } from "../ports/answers.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

/** How long an answer is kept. */
const KEPT_MS = 86_400_000;
/** A key that was not renewed for so long belongs to a process that died: it is free then. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
const COME_AGAIN_MS = 1000;

/** Keeps answers in the store. The contract stands in {@link Repeats}. */
export class KeptAnswers implements Repeats {
  readonly #options: { readonly store: Pick<Store, "answers">; readonly clock: Clock };

  constructor(options: { readonly store: Pick<Store, "answers">; readonly clock: Clock }) {
    this.#options = options;
  }

  async once(
    { scope, key, asked }: RepeatableRequest,
    work: () => Promise<KeptAnswer>,
  ): Promise<RepeatedAnswer> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const claim: AnswerRecord = {
      id: sha256(JSON.stringify([scope, key])).toString("hex"),
      askedHash: hashJson(asked),
      holder: randomUUID(),
      expiresAt: now + LEASE_MS,
      answer: null,
    };
    const known = await store.answers.claim(claim, now);
    if (known.holder === claim.holder) return this.#work(claim, work);
    if (known.askedHash !== claim.askedHash) throw keyReused();
    if (known.answer === null) throw underWay();
    return { ...known.answer, isRepeat: true };
  }

  async #work(claim: AnswerRecord, work: () => Promise<KeptAnswer>): Promise<RepeatedAnswer> {
    const { store, clock } = this.#options;
    const endRenewal = this.#renew(claim);
    let answer: KeptAnswer;
    try {
      answer = await work();
      await endRenewal();
    } catch (error) {
      await endRenewal();
      // What went wrong must not be hidden by a store that is away: then the key is free when the claim expires.
      await store.answers.remove(claim.id, claim.holder).catch(() => undefined);
      throw error;
    }
    const { status, body, isPassing = false } = answer;
    if (isPassing) await store.answers.remove(claim.id, claim.holder);
    else {
      const expiresAt = clock.now() + KEPT_MS;
      await store.answers.save({ ...claim, expiresAt, answer: { status, body } });
    }
    return { ...answer, isRepeat: false };
  }

  /** Keeps the key while its request is under way. @returns ends that, and waits for the renewal that is being written. */
  #renew(claim: AnswerRecord): () => Promise<void> {
    const { store, clock } = this.#options;
    let renewing: Promise<void> = Promise.resolve();
    let cancel: () => void = () => undefined;
    const plan = (): void => {
      cancel = clock.after(RENEW_MS, () => {
        const renewed = { ...claim, expiresAt: clock.now() + LEASE_MS };
        // What fails is made up for by the next one.
        renewing = renewing.then(() => store.answers.save(renewed)).catch(() => undefined);
        plan();
      });
    };
    plan();
    return async () => {
      cancel();
      await renewing;
    };
  }
}

function keyReused(): AppError {
  return new AppError({
    code: "key_reused",
    message:
      "This Idempotency-Key was sent with another request before. Nothing was done: use a new key.",
  });
}

function underWay(): AppError {
  return new AppError({
    code: "request_under_way",
    message:
      "The first request with this Idempotency-Key is not answered yet. Send it again in a moment.",
    retryable: true,
    retryAfterMs: COME_AGAIN_MS,
  });
}
