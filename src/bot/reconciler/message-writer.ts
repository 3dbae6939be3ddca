import type { Logger } from "pino";
import type { ExecutionView } from "../../engine/api/executions.ts";
import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import type { DesiredMessage } from "../views/surface.ts";
import { RUN_SURFACE } from "../views/surface.ts";
import type { Placement } from "./placement.ts";
import type { CardAction, Wanted } from "./plan.ts";
import { cardId, hashMessage } from "./plan.ts";
import type { SlackMessages } from "./slack-messages.ts";
import { toRefusalKind } from "./slack-refusals.ts";

export interface MessageWriterOptions {
  readonly cards: CardStore;
  readonly api: SlackMessages;
  readonly placer: Placement;
  readonly logger: Logger;
}

/** One execution's cards as the writer sees them. */
export interface CardSheet {
  readonly view: ExecutionView;
  readonly records: Map<string, CardRecord>;
}

/**
 * Brings one card to Slack and keeps its record.
 *
 * The row is written before the post: after a crash or a lost answer the row says that the card may stand in Slack, and it is
 * looked for by its metadata before it is posted again.
 */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  /** Cards that this process began and that certainly do not stand in Slack yet: no need to look for them. */
  readonly #unsent = new Set<string>();

  constructor(options: MessageWriterOptions) {
    this.#options = options;
  }

  /** Makes sure that the card has a row and a conversation. @returns `null` if there is nowhere to post; the row says so. */
  async begin(sheet: CardSheet, wanted: Wanted): Promise<CardRecord | null> {
    if (wanted.record !== null) return wanted.record;
    const { cards, placer } = this.#options;
    const run = this.#run(sheet);
    const home =
      (await placer.home(wanted.surface, run)) ??
      (await placer.instead(sheet.view, wanted.surface, run, wanted.surface.channel));
    const record: CardRecord = {
      id: wanted.cardId,
      executionId: sheet.view.executionId,
      channel: home ?? wanted.surface.channel,
      ts: null,
      shown: null,
      final: home === null,
    };
    if (home === null) this.#warnGivenUp(record, "no such channel, and nobody to tell");
    if (await cards.insert(record)) {
      this.#unsent.add(record.id);
      sheet.records.set(record.id, record);
    } else {
      const first = await cards.get(record.id);
      if (first !== null) sheet.records.set(record.id, first);
    }
    const kept = sheet.records.get(record.id) ?? null;
    return kept?.final === true ? null : kept;
  }

  /** Does what was planned. Throws what the Web API client throws when it has to be tried again. */
  async perform(sheet: CardSheet, action: CardAction): Promise<void> {
    const { surface } = action.wanted;
    if (action.kind === "update") return this.#update(sheet, surface, action.record);
    const record = await this.begin(sheet, action.wanted);
    if (record !== null && record.ts === null && !record.final)
      await this.#post(sheet, surface, record);
  }

  /** Does the card show this surface? */
  async isShown(sheet: CardSheet, surface: DesiredMessage, record: CardRecord): Promise<boolean> {
    const home = await this.#options.placer.home(surface, this.#run(sheet));
    return record.shown === hashMessage(this.#options.placer.dress(surface, record, home));
  }

  async #post(sheet: CardSheet, surface: DesiredMessage, record: CardRecord): Promise<void> {
    const { api, placer } = this.#options;
    const run = this.#run(sheet);
    const message = placer.dress(surface, record, await placer.home(surface, run));
    const place = placer.place(surface, record.channel, run);
    let isUnsent = this.#unsent.has(record.id);
    try {
      if (!isUnsent) {
        const found = await api.look(place, record.id, surface.since);
        // What a found one shows is not known, so it is edited next.
        if (found !== null) return await this.#keep(sheet, { ...record, ts: found });
        isUnsent = true;
      }
      this.#unsent.delete(record.id);
      const ts = await api.post(place, record.id, message);
      const final = surface.final && surface.id !== RUN_SURFACE;
      await this.#keep(sheet, { ...record, ts, shown: hashMessage(message), final });
    } catch (error) {
      const failure = toSlackFailure(error);
      if (isUnsent && failure.kind !== "unknown") this.#unsent.add(record.id);
      if (failure.kind === "refused")
        return this.#refused(sheet, surface, record, failure.code, error);
      throw error;
    }
  }

  async #refused(
    sheet: CardSheet,
    surface: DesiredMessage,
    record: CardRecord,
    code: string,
    error: unknown,
  ): Promise<void> {
    const kind = toRefusalKind(code);
    if (kind === "other" || kind === "lost-message") throw error;
    const channel =
      kind === "closed-channel"
        ? await this.#options.placer.instead(sheet.view, surface, this.#run(sheet), record.channel)
        : null;
    if (channel === null) this.#warnGivenUp(record, code);
    await this.#keep(sheet, channel === null ? { ...record, final: true } : { ...record, channel });
  }

  async #update(sheet: CardSheet, surface: DesiredMessage, record: CardRecord): Promise<void> {
    const { api, placer, logger } = this.#options;
    const message = placer.dress(surface, record, await placer.home(surface, this.#run(sheet)));
    const shown = hashMessage(message);
    try {
      if (record.shown !== shown && record.ts !== null)
        await api.update(record.channel, record.ts, message);
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== "refused" || toRefusalKind(failure.code) === "other") throw error;
      logger.warn(
        { card: record.id, slackError: failure.code },
        "a card cannot be brought up to date any more",
      );
    }
    await this.#keep(sheet, { ...record, shown, final: surface.final });
  }

  async #keep(sheet: CardSheet, record: CardRecord): Promise<void> {
    await this.#options.cards.save(record);
    sheet.records.set(record.id, record);
    if (record.ts !== null || record.final) this.#unsent.delete(record.id);
  }

  #run(sheet: CardSheet): CardRecord | null {
    return sheet.records.get(cardId(sheet.view.executionId, RUN_SURFACE)) ?? null;
  }

  #warnGivenUp(record: CardRecord, why: string): void {
    this.#options.logger.warn(
      { card: record.id, channel: record.channel, why },
      "a card was given up: it cannot be posted",
    );
  }
}
