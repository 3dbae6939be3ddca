import type { Logger } from "pino";
import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import { type SlackRefusal, toSlackFailure } from "../../slack/errors.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import type { DesiredMessage } from "./desired-messages.ts";
import { digestCardId } from "./digests.ts";
import type { ExecutionCards } from "./execution-cards.ts";
import { digestOf, endOf, inDigest } from "./folding.ts";
import { cardId, RUN_CARD } from "./message-ids.ts";
import type { Placement } from "./placement.ts";
import { type Card, type CardAction, hashMessage } from "./plan.ts";
import type { CardPlace, SlackMessages } from "./slack-messages.ts";

export interface MessageWriterOptions {
  readonly cards: CardStore;
  readonly api: SlackMessages;
  readonly placement: Placement;
  readonly logger: Logger;
}

/** How a card went: its message alone, or the conversation with it. */
type Loss = Extract<SlackRefusal["help"], "anew" | "elsewhere">;

/**
 * Posts or edits one card and stores its record.
 *
 * The row is written before the post: after a crash or a lost answer the row says that the card may be in Slack, and it is
 * searched by its metadata before it is posted again. A card that Slack refuses or has lost: `#refused` and `#update` decide,
 * by what helps (`slack/refusals.ts`).
 */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  /** Cards that this process inserted and that are certainly not in Slack yet: no need to search them. */
  readonly #unsent = new Set<string>();

  constructor(options: MessageWriterOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that the card has a record and a conversation: inserts the row of a card that has none.
   *
   * @returns `null` if there is nowhere to post; the row says so.
   */
  async ensureRecord(execution: ExecutionCards, card: Card): Promise<CardRecord | null> {
    if (card.record !== null) return card.record;
    const { cards, placement } = this.#options;
    const run = this.#parent(execution, card.desired);
    const home =
      (await placement.home(card.desired, run)) ??
      (await placement.fallback(execution.view, card.desired, run, card.desired.channel));
    const record: CardRecord = {
      id: card.cardId,
      executionId: execution.view.executionId,
      channel: home ?? card.desired.channel,
      ts: null,
      shown: null,
      final: home === null,
    };
    if (home === null) this.#warnGivenUp(record, "no such channel, and no owner to write to");
    if (await cards.insert(record)) {
      this.#unsent.add(record.id);
      execution.records.set(record.id, record);
    } else {
      const first = await cards.get(record.id);
      if (first !== null) execution.records.set(record.id, first);
    }
    const kept = execution.records.get(record.id) ?? null;
    return kept?.final === true ? null : kept;
  }

  /** Is this card certainly not in Slack yet? */
  isUnsent(id: string): boolean {
    return this.#unsent.has(id);
  }

  /** The card of a run that stood in a digest is posted by itself. */
  async leaveDigest(execution: ExecutionCards, record: CardRecord): Promise<void> {
    this.#unsent.add(record.id);
    await this.#keep(execution, { ...record, ts: null, shown: null, final: false });
  }

  /** The end of a folded run stands in its card. */
  async noteEnd(execution: ExecutionCards, run: CardRecord): Promise<void> {
    const end = endOf(run);
    await this.#options.cards.insert(end);
    execution.records.set(end.id, end);
  }

  /** Where a card that has a record goes. */
  placeOf(execution: ExecutionCards, desired: DesiredMessage, record: CardRecord): CardPlace {
    return this.#options.placement.place(desired, record.channel, this.#parent(execution, desired));
  }

  /** Carries out a planned action. Throws what the Web API client throws when it has to be tried again. */
  async perform(execution: ExecutionCards, action: CardAction): Promise<void> {
    const { desired } = action.card;
    if (action.kind === "update") return this.#update(execution, desired, action.record);
    const record = await this.ensureRecord(execution, action.card);
    if (record !== null && record.ts === null && !record.final)
      await this.#post(execution, desired, record);
  }

  /** Does the card already show this message? */
  async isShown(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
  ): Promise<boolean> {
    return record.shown === hashMessage(await this.#render(execution, desired, record));
  }

  async #render(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
  ): Promise<CardMessage> {
    const { placement } = this.#options;
    const parent = this.#parent(execution, desired);
    return placement.render(desired, record, await placement.home(desired, parent), parent);
  }

  async #post(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
  ): Promise<void> {
    const { api, placement } = this.#options;
    const run = this.#parent(execution, desired);
    const message = await this.#render(execution, desired, record);
    const place = placement.place(desired, record.channel, run);
    let isUnsent = this.#unsent.has(record.id);
    try {
      const digest = digestOf(record);
      if (digest !== null) {
        const ts = await api.findPosted(place, digestCardId(digest), desired.since);
        if (ts === null) return await this.leaveDigest(execution, record);
        await this.#keep(execution, inDigest(record, digest, ts));
        return await this.noteEnd(execution, { ...record, ts });
      }
      if (!isUnsent) {
        const found = await api.findPosted(place, record.id, desired.since);
        // What the found message shows is unknown, so it is edited next.
        if (found !== null) return await this.#keep(execution, { ...record, ts: found });
        isUnsent = true;
      }
      this.#unsent.delete(record.id);
      const ts = await api.post(place, record.id, message);
      const final = desired.final && desired.id !== RUN_CARD;
      await this.#keep(execution, { ...record, ts, shown: hashMessage(message), final });
    } catch (error) {
      const failure = toSlackFailure(error);
      if (isUnsent && failure.kind !== "unknown") this.#unsent.add(record.id);
      if (failure.kind === "refused")
        return this.#refused(execution, desired, record, failure, error);
      throw error;
    }
  }

  async #refused(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
    { help, code }: SlackRefusal,
    error: unknown,
  ): Promise<void> {
    if (help === "admin" || help === "anew") throw error;
    const channel =
      help === "elsewhere"
        ? await this.#options.placement.fallback(
            execution.view,
            desired,
            this.#parent(execution, desired),
            record.channel,
          )
        : null;
    if (channel === null) this.#warnGivenUp(record, code);
    await this.#keep(
      execution,
      channel === null ? { ...record, final: true } : { ...record, channel },
    );
  }

  async #update(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
  ): Promise<void> {
    const { api, logger } = this.#options;
    const message = await this.#render(execution, desired, record);
    const shown = hashMessage(message);
    try {
      if (record.shown !== shown && record.ts !== null)
        await api.update(record.channel, record.ts, message);
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== "refused") throw error;
      const { help, code, says } = failure;
      if (help === "admin") throw error;
      if (desired.asks === true && (help === "elsewhere" || help === "anew"))
        return this.#move(execution, desired, record, help);
      logger.warn(
        { card: record.id, slackError: code, says },
        "a card can no longer be edited; keeping it as it is",
      );
    }
    await this.#keep(execution, { ...record, shown, final: desired.final });
  }

  /** Posts cards anew that still ask and are gone. @param whyGone - `null`: the card is where it was. */
  async askAnew(
    execution: ExecutionCards,
    messages: readonly DesiredMessage[],
    whyGone: (record: CardRecord) => Loss | null,
  ): Promise<void> {
    for (const desired of messages) {
      const record = execution.records.get(cardId(execution.view.executionId, desired.id));
      if (desired.asks !== true || !record || record.ts === null) continue;
      const loss = whyGone(record);
      if (loss !== null) await this.#move(execution, desired, record, loss);
    }
  }

  /** A card that still asks is posted anew: where it was, or elsewhere if that place is closed. */
  async #move(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
    help: Loss,
  ): Promise<void> {
    const { placement, logger } = this.#options;
    const run = this.#parent(execution, desired);
    const channel =
      help === "anew"
        ? record.channel
        : await placement.fallback(execution.view, desired, run, record.channel);
    logger.warn({ card: record.id, help, channel }, "a card that asks is lost; posting it anew");
    // The old message may still be found by its metadata: it must not be.
    this.#unsent.add(record.id);
    await this.#keep(execution, {
      ...record,
      channel: channel ?? record.channel,
      ts: null,
      shown: null,
      final: channel === null,
    });
  }

  async #keep(execution: ExecutionCards, record: CardRecord): Promise<void> {
    await this.#options.cards.save(record);
    execution.records.set(record.id, record);
    if (record.ts !== null || record.final) this.#unsent.delete(record.id);
  }

  /** The message in whose thread another one stands. */
  #parent({ view, records }: ExecutionCards, { under }: DesiredMessage): CardRecord | null {
    const run = records.get(cardId(view.executionId, RUN_CARD)) ?? null;
    const card = under === undefined ? null : records.get(cardId(view.executionId, under));
    // A card in the thread of the run's card has no thread of its own.
    return !card || (run?.ts && run.channel === card.channel) ? run : card;
  }

  #warnGivenUp(record: CardRecord, why: string): void {
    this.#options.logger.warn(
      { card: record.id, channel: record.channel, why },
      "a card cannot be posted; giving it up",
    );
  }
}
