import type { Logger } from "pino";
import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type SlackDelay, type SlackRefusal, toSlackFailure } from "../../slack/errors.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import type { WholeResult } from "../views/whole-result.ts";
import type { DesiredMessage } from "./desired-messages.ts";
import { digestCardId } from "./digests.ts";
import type { ExecutionCards } from "./execution-cards.ts";
import { digestInDoubt, endOf, inDigest } from "./folding.ts";
import { cardId, RUN_CARD } from "./message-ids.ts";
import { type Placement, SHARED } from "./placement.ts";
import { type Card, type CardAction, hashMessage } from "./plan.ts";
import type { RefusalNotice } from "./refusal-notices.ts";
import type { ResultFiles } from "./result-files.ts";
import type { CardPlace, SlackMessages } from "./slack-messages.ts";
import type { Troubles } from "./troubles.ts";

export interface MessageWriterOptions {
  readonly cards: CardStore;
  readonly api: SlackMessages;
  readonly placement: Placement;
  readonly files: ResultFiles;
  readonly troubles: Troubles;
  /** Notifies the admins. */
  readonly notify: (notice: RefusalNotice) => void;
  /** Slack says that a conversation takes nothing from the bot. */
  readonly onClosed: (channel: string) => void;
  readonly logger: Logger;
}

/** Digests that are remembered after a search. */
const MAX_DIGESTS = 1000;

/** A refusal: for good, or for now. */
type Refused = SlackRefusal | SlackDelay;

/** How a card went: its message alone, or the conversation with it. `code` is Slack's error. */
export interface Loss {
  readonly help: Extract<SlackRefusal["help"], "anew" | "elsewhere">;
  readonly code: string;
}

/** Other organizations read the conversation since. */
const PRIVATE: Loss = { help: "elsewhere", code: SHARED };

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
  /** Where digests stand that were searched for: all of their runs want to know. */
  readonly #digests = new LruMap<string, Promise<string | null>>(MAX_DIGESTS);

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
    const home = await placement.home(card.desired, run);
    const channel =
      home.channel ??
      (await placement.fallback(execution.view, card.desired, run, card.desired.channel));
    const record: CardRecord = {
      id: card.cardId,
      executionId: execution.view.executionId,
      channel: channel ?? card.desired.channel,
      ts: null,
      shown: null,
      final: channel === null,
      ...omitUndefined({ why: home.why ?? undefined }),
    };
    if (channel === null) this.#warnGivenUp(record, home.why);
    if (await cards.insert(record)) {
      if (channel === null) this.#notifyHomeless(record, card.desired, home.why);
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
    if (record === null || record.ts !== null || record.final) return;
    if (desired.file === undefined) await this.#post(execution, desired, record);
    else await this.#share(execution, desired, record, desired.file);
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
    const { channel } = await placement.home(desired, parent);
    return placement.render(desired, record, channel, parent);
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
      const digest = digestInDoubt(record);
      if (digest !== null) {
        const ts = await this.#findDigest(place, digest, desired.since);
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
      this.#options.troubles.over(record.id);
    } catch (error) {
      const failure = toSlackFailure(error);
      if (isUnsent && failure.kind !== "unknown") this.#unsent.add(record.id);
      if (failure.kind === "refused" || failure.kind === "later")
        return this.#refused(execution, desired, record, failure);
      throw error;
    }
  }

  /** Shares a file in the thread of the run; where there is none, it is left out. */
  async #share(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
    file: WholeResult,
  ): Promise<void> {
    const { files, placement } = this.#options;
    const keep = (kept: CardRecord) => this.#keep(execution, kept);
    const run = this.#parent(execution, desired);
    const { channel, threadTs } = placement.place(desired, record.channel, run);
    if (threadTs === null || !files.mayShare(channel)) return keep({ ...record, final: true });
    await files.share(record, { channel, threadTs }, file, desired.since, keep);
  }

  #findDigest(place: CardPlace, digestId: string, since: number): Promise<string | null> {
    const known = this.#digests.get(digestId);
    if (known !== undefined) return known;
    const found = this.#options.api.findPosted(place, digestCardId(digestId), since);
    this.#digests.set(digestId, found);
    found.catch(() => this.#digests.delete(digestId));
    return found;
  }

  async #refused(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
    failure: Refused,
  ): Promise<void> {
    const course = courseOf(failure);
    // A message cannot be gone before it is posted.
    if ((course === "hold" || course === "anew") && this.#hold(record, failure)) return;
    const { placement, troubles, onClosed } = this.#options;
    const channel =
      course === "give-up"
        ? null
        : await placement.fallback(
            execution.view,
            desired,
            this.#parent(execution, desired),
            record.channel,
          );
    if (course === "elsewhere") onClosed(record.channel);
    troubles.over(record.id);
    if (channel === null) this.#giveUp(record, desired, failure);
    const kept = { ...record, why: failure.code };
    await this.#keep(execution, channel === null ? { ...kept, final: true } : { ...kept, channel });
  }

  /** A refused card is tried again after a pause. @returns `false` when it is time to give it up. */
  #hold(record: CardRecord, failure: Refused): boolean {
    const { troubles, logger } = this.#options;
    const { tries, isOver } = troubles.refused(record.id, failure.code);
    if (isOver) return false;
    const { code, says } = failure;
    logger.warn(
      { card: record.id, slackError: code, says, tries },
      "Slack refuses a card; waiting",
    );
    // Not at once: what passes within a minute is no news.
    if (tries === 2) this.#notify(record, failure, false);
    return true;
  }

  #giveUp(record: CardRecord, desired: DesiredMessage, failure: Refused): void {
    this.#warnGivenUp(record, failure.code);
    // Of a copy that a person does not get the card says it.
    if (desired.isCopy !== true) this.#notify(record, failure, true);
  }

  /** No person started the run, to whom the message could go instead: the admins have to know. */
  #notifyHomeless(record: CardRecord, { isCopy }: DesiredMessage, code: string | null): void {
    const { executionId, channel } = record;
    if (isCopy === true || code === null) return;
    this.#options.notify({ code, says: null, executionId, channel, isGivenUp: true });
  }

  #notify(
    { executionId, channel }: CardRecord,
    { kind, code, says }: Refused,
    isGivenUp: boolean,
  ): void {
    if (kind === "refused") this.#options.notify({ code, says, executionId, channel, isGivenUp });
  }

  async #update(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
  ): Promise<void> {
    const { api, troubles } = this.#options;
    if (!(await this.#options.placement.mayStandIn(record.channel, desired))) {
      // Since it was posted the channel was shared with another organization, or an admin took back that runs are shown there.
      if (desired.asks === true) return this.#move(execution, desired, record, PRIVATE);
      return this.#keep(execution, { ...record, final: true });
    }
    const message = await this.#render(execution, desired, record);
    const shown = hashMessage(message);
    try {
      if (record.shown !== shown && record.ts !== null && !this.isVain(desired, record))
        await api.update(record.channel, record.ts, message);
    } catch (error) {
      if (!(await this.#isLeft(execution, desired, record, error))) return;
    }
    troubles.over(record.id);
    await this.#keep(execution, { ...record, shown, final: desired.final });
  }

  /** Is an edit in vain, as Slack refused others in the same place? What asks is tried all the same, to be asked elsewhere. */
  isVain(desired: DesiredMessage, record: CardRecord): boolean {
    return desired.asks !== true && this.#options.troubles.isClosed(record.channel);
  }

  /**
   * What becomes of a card that could not be edited: it is tried again, or posted anew if it asks.
   *
   * @returns whether it is left as it is. Throws what Slack limits.
   */
  async #isLeft(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
    error: unknown,
  ): Promise<boolean> {
    const { troubles, onClosed, logger } = this.#options;
    const failure = toSlackFailure(error);
    if (failure.kind === "limited") throw error;
    if (failure.kind !== "refused" && failure.kind !== "later") {
      // The others of the run do not wait for an edit.
      const tries = troubles.away(record.id);
      logger.info({ card: record.id, err: error, tries }, "could not edit a card; retrying");
      return false;
    }
    const course = courseOf(failure);
    if (course === "hold" && this.#hold(record, failure)) return false;
    if (course === "elsewhere") {
      troubles.closed(record.channel);
      onClosed(record.channel);
    }
    if (desired.asks === true && (course === "elsewhere" || course === "anew")) {
      await this.#move(execution, desired, record, { help: course, code: failure.code });
      return false;
    }
    logger.warn(
      { card: record.id, slackError: failure.code, says: failure.says },
      "a card can no longer be edited; keeping it as it is",
    );
    return true;
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
      const loss = whyGone(record) ?? (await this.#whyPrivate(record, desired));
      if (loss !== null) await this.#move(execution, desired, record, loss);
    }
  }

  /** Its channel was shared with another organization since. What Slack does not say changes nothing. */
  async #whyPrivate({ channel }: CardRecord, desired: DesiredMessage): Promise<Loss | null> {
    const may = await this.#options.placement.mayStandIn(channel, desired).catch(() => true);
    return may ? null : PRIVATE;
  }

  /** A card that still asks is posted anew: where it was, or elsewhere if that place is closed. */
  async #move(
    execution: ExecutionCards,
    desired: DesiredMessage,
    record: CardRecord,
    { help, code }: Loss,
  ): Promise<void> {
    const { placement, logger } = this.#options;
    const run = this.#parent(execution, desired);
    const channel =
      help === "anew"
        ? record.channel
        : await placement.fallback(execution.view, desired, run, record.channel);
    logger.warn({ card: record.id, code, channel }, "a card that asks is lost; posting it anew");
    // The old message may still be found by its metadata: it must not be.
    this.#unsent.add(record.id);
    await this.#keep(execution, {
      ...record,
      channel: channel ?? record.channel,
      ts: null,
      shown: null,
      final: channel === null,
      ...(help === "elsewhere" && { why: code }),
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

  #warnGivenUp(record: CardRecord, why: string | null): void {
    this.#options.logger.warn(
      { card: record.id, channel: record.channel, why },
      "a card cannot be posted; giving it up",
    );
  }
}

/** What a refusal means for a card; `hold`: it may pass, or an admin may mend it. */
function courseOf(failure: Refused): "hold" | "give-up" | Loss["help"] {
  if (failure.kind === "later" || failure.help === "admin") return "hold";
  return failure.help === "person" || failure.help === "never" ? "give-up" : failure.help;
}
