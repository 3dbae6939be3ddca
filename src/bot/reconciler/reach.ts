import type { Logger } from "pino";
import type { Audience } from "../../engine/api/approvals.ts";
import type { Engine } from "../../engine/api/engine.ts";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { FindAdmins } from "../../slack/admin-finder.ts";
import type { ChannelWatch } from "../../slack/channel-watch.ts";
import type { ChannelFinder } from "../../slack/channels.ts";
import { refusalOf } from "../../slack/refusals.ts";
import { mentionPerson, showSentence } from "../../slack/text.ts";
import { outcomeOf } from "../views/decision-words.ts";
import { approvalId, cardId, isAbandoned, noticeId } from "./message-ids.ts";

/** Whom a request reaches beside its card. */
export interface Reach {
  /** The conversation of the card; `null`: it has none. */
  readonly place: string | null;
  /** People and channels that get a copy of the card, or got one. */
  readonly copies: readonly Copy[];
  /** Who else was written to, and who could not be, in mrkdwn; `null`: nothing to say. */
  readonly note: string | null;
  /** Why it cannot be decided, in mrkdwn; `null`: it can. */
  readonly undecidable: string | null;
  /** Who is warned that it cannot be decided, or was. */
  readonly warned: readonly string[];
}

export interface Copy {
  /** A person's id, or a channel. */
  readonly to: string;
  /** Can it be decided there? Who is only notified gets no buttons. */
  readonly decides: boolean;
}

export interface ReachesOptions {
  readonly engine: Pick<Engine, "approvals" | "workflows">;
  readonly channelWatch: ChannelWatch;
  readonly channels: Pick<ChannelFinder, "find">;
  /** User ids of the configuration. */
  readonly admins: FindAdmins;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What an execution shows in Slack, by the ids of its cards. */
interface Shown {
  readonly view: ExecutionView;
  readonly records: ReadonlyMap<string, CardRecord>;
}

/** What was found out about an open request. */
interface Found {
  readonly at: number;
  readonly place: string | null;
  readonly votes: number;
  /** Of what changes whom it asks: handed over, escalated. */
  readonly notes: number;
  readonly audience: Audience;
  /** Those of the deciders who do not see the card. */
  readonly outside: readonly string[];
  /** Who is notified of what goes wrong. */
  readonly owners: readonly string[];
}

/** Most direct messages for one request; the card says how many people are left out. */
const MAX_DIRECT = 50;
/** After this time, in milliseconds, it is found out again: groups and channels change. */
const FOUND_MS = 5 * 60_000;
/** Requests that this is kept of; those that were used longest ago go first. */
const MAX_FOUND = 5000;

/**
 * Finds out whom requests reach: who does not see the card, who else is notified, and whether it can be decided.
 * It asks Slack, so it stands apart from `desiredMessages`, which gets what was found.
 */
export class Reaches {
  readonly #options: ReachesOptions;
  readonly #closed = new Map<string, string>();
  #notBefore = 0;
  /** Counts how often something that was found out became void. */
  #forgets = 0;
  readonly #found = new LruMap<string, Found>(MAX_FOUND);

  constructor(options: ReachesOptions) {
    this.#options = options;
  }

  /** What is known now, by the ids of the requests' messages. What was posted once stays among the copies. */
  of(shown: Shown): ReadonlyMap<string, Reach> {
    return new Map(
      shown.view.requests.map((request) => {
        const id = approvalId(shown.view, request);
        const isOpen = outcomeOf(shown.view, request) === null;
        const found = isOpen ? this.#found.get(cardId(shown.view.executionId, id)) : undefined;
        return [id, toReach(shown, request, found)];
      }),
    );
  }

  /** Finds out what is not known, or is too old. @returns whether something was. Never rejects. */
  async refresh(shown: Shown): Promise<boolean> {
    const open = shown.view.requests.filter((request) => outcomeOf(shown.view, request) === null);
    const refreshed = await Promise.all(open.map((request) => this.#refresh(shown, request)));
    return refreshed.includes(true);
  }

  /** Why this conversation is closed to the bot, as far as was found out: Slack's error; `null`: it is not. */
  whyClosed(channel: string): string | null {
    return this.#closed.get(channel) ?? null;
  }

  /** What was found out of requests whose cards stand there is found out anew. */
  forgetPlace(channel: string): void {
    for (const [key, { place }] of this.#found.entries())
      if (place === channel) this.#found.delete(key);
    this.#forgets += 1;
    this.#options.channelWatch.forget();
  }

  /** Everything is found out anew. */
  forget(): void {
    this.#found.clear();
    this.#forgets += 1;
    this.#options.channelWatch.forget();
    this.#notBefore = this.#options.clock.now();
  }

  async #refresh(shown: Shown, request: RequestView): Promise<boolean> {
    const { clock } = this.#options;
    const key = cardId(shown.view.executionId, approvalId(shown.view, request));
    const place = placeOf(shown, request);
    // Its card is not there yet.
    if (place === undefined) return false;
    const last = this.#found.get(key);
    const isKnown =
      last !== undefined &&
      last.place === place &&
      last.votes === request.votes.length &&
      last.notes === (request.notes ?? []).length &&
      clock.now() - last.at < FOUND_MS;
    if (isKnown) return false;
    const forgets = this.#forgets;
    const audience = await this.#options.engine.approvals.audience(request, this.#notBefore);
    await this.#noteClosed(place);
    const owners = await this.#owners(shown.view);
    if (audience.undecidable !== null && owners.length === 0) {
      const why = audience.undecidable;
      this.#options.logger.warn(
        { card: key, why },
        "a request cannot be decided, and there is no owner to notify",
      );
    }
    const outside = await this.#outside(audience.deciders, place);
    // What was asked before something changed may be the old state: it is asked again.
    if (forgets !== this.#forgets) return true;
    this.#found.set(key, {
      at: clock.now(),
      place,
      votes: request.votes.length,
      notes: (request.notes ?? []).length,
      audience,
      outside,
      owners,
    });
    return true;
  }

  async #noteClosed(place: string | null): Promise<void> {
    if (place === null) return;
    const why = await this.#options.channelWatch.whyClosed(place);
    if (why === null) this.#closed.delete(place);
    else this.#closed.set(place, why);
  }

  /** Those who do not see a conversation; none if Slack does not say who is in it. */
  async #outside(people: readonly string[], place: string | null): Promise<readonly string[]> {
    if (place === null) return people;
    if (place.startsWith("D")) {
      const seen = await Promise.all(people.slice(0, MAX_DIRECT).map((id) => this.#direct(id)));
      return people.filter((_, index) => seen[index] !== place);
    }
    const members = await this.#options.channelWatch.membersOf(place);
    return members === null ? [] : people.filter((id) => !members.has(id));
  }

  async #direct(person: string): Promise<string | null> {
    try {
      return await this.#options.channels.find(person);
    } catch {
      return null;
    }
  }

  /** The person who started the run, else who deployed its version and the admins. */
  async #owners({ trigger, workflowId, workflowVersion }: ExecutionView) {
    if (trigger.userId !== undefined) return [trigger.userId];
    const { engine } = this.#options;
    const admins = await this.#options.admins();
    try {
      const { deployedBy } = await engine.workflows.get(workflowId, workflowVersion);
      return [...new Set([...(isUserId(deployedBy) ? [deployedBy] : []), ...admins])];
    } catch {
      return admins;
    }
  }
}

/** Where the card of a request stands; `null`: nowhere, `undefined`: that is not known yet. */
function placeOf({ view, records }: Shown, request: RequestView): string | null | undefined {
  if (request.opened.channel === undefined && view.report === null) return null;
  const record = records.get(cardId(view.executionId, approvalId(view, request)));
  if (record === undefined) return undefined;
  if (isAbandoned(record)) return null;
  return record.ts === null ? undefined : record.channel;
}

function toReach(shown: Shown, request: RequestView, found: Found | undefined): Reach {
  const copies = new Map(posted(shown, approvalId(shown.view, request)).map((to) => [to, true]));
  const warned = posted(shown, noticeId(shown.view, request));
  if (found === undefined)
    return { place: null, copies: toCopies(copies), note: null, undecidable: null, warned };
  const { place, audience, outside, owners } = found;
  const { deciders, notified, undecidable } = audience;
  const direct = outside.slice(0, MAX_DIRECT);
  for (const to of notified) copies.set(to, !isUserId(to) || deciders.includes(to));
  for (const to of direct) copies.set(to, true);
  return {
    place,
    copies: toCopies(copies),
    note: describeCopies(shown, request, direct, outside.length - direct.length),
    undecidable: undecidable === null ? null : showSentence(undecidable),
    warned: [...new Set([...warned, ...(undecidable === null ? [] : owners)])],
  };
}

function toCopies(copies: ReadonlyMap<string, boolean>): Copy[] {
  return [...copies].map(([to, decides]) => ({ to, decides }));
}

/** To whom messages with this beginning were posted, or were about to be. */
function posted({ view, records }: Shown, id: string): string[] {
  const prefix = `${cardId(view.executionId, id)}:`;
  return [...records.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}

/** What the card says of its copies. */
function describeCopies(
  { view, records }: Shown,
  request: RequestView,
  direct: readonly string[],
  left: number,
): string | null {
  const id = approvalId(view, request);
  const refused = new Map<string, string[]>();
  const sent: string[] = [];
  for (const person of direct) {
    const record = records.get(cardId(view.executionId, `${id}:${person}`));
    if (record === undefined || !isAbandoned(record)) sent.push(mentionPerson(person));
    else {
      const why = record.why === undefined ? "" : ` ${refusalOf(record.why).remedy}`;
      refused.set(why, [...(refused.get(why) ?? []), mentionPerson(person)]);
    }
  }
  const parts = [
    ...(sent.length > 0
      ? [`Also sent to ${sent.join(", ")}, who ${sent.length === 1 ? "does" : "do"} not see this.`]
      : []),
    ...[...refused].map(([why, people]) => `I could not write to ${people.join(", ")}.${why}`),
    ...(left > 0 ? [`${left} more cannot see this; I write to ${MAX_DIRECT} at most.`] : []),
  ];
  return parts.length === 0 ? null : parts.join(" ");
}
