import { LruMap } from "../../shared/lru-map.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { Audience } from "../api/approvals.ts";
import { approversNow } from "../model/requests.ts";
import type { ReadonlyRequest } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory, Person } from "../ports/directory.ts";

/** People of one request who are looked up; the rest of a large group counts as able to decide. */
const LOOKED_UP = 10;
/** How old the members of a group may be, in milliseconds. A click reads them anew. */
const GROUP_MS = 60_000;
/** People change more seldom, and clicks need the calls that Slack allows. */
const PERSON_MS = 10 * 60_000;
/** How long a failure is kept: while Slack limits the calls, each open request would ask again. */
const FAILURE_MS = 10_000;
const MAX_KNOWN = 2000;

/** What is needed of a request to tell who can decide it. */
export type AudienceRequest = Pick<ReadonlyRequest, "opened" | "votes"> & {
  readonly notes?: ReadonlyRequest["notes"];
};

/** People who are named, and the sentences on names that lead to no person. */
interface Named {
  readonly people: readonly string[];
  readonly missing: readonly string[];
}

/** What was read, or is being read. */
interface Known {
  readonly at: number;
  readonly until: number;
  readonly answer: Promise<unknown>;
}

/** Guests, strangers from other organizations, bots and unknown people do nothing. */
export function mayAct(person: Person | null): person is Person {
  return person !== null && !person.isGuest && !person.isStranger && !person.isBot;
}

/**
 * Says who can decide a request, and why no person can.
 *
 * For cards, notices and refusals, which must not contradict each other; whether a click counts is checked by
 * `Approvals.vote` with what Slack says at that moment. What Slack does not tell counts as in order: a warning that is wrong
 * for a minute would be worse than one that comes late.
 */
export class ApprovalAudience {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #known = new LruMap<string, Known>(MAX_KNOWN);

  constructor(directory: Directory, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** Never rejects. */
  async of(request: AudienceRequest, notBefore = 0): Promise<Audience> {
    const { opened, votes } = request;
    const resolveAll = (names: readonly string[]): Promise<readonly Named[]> =>
      Promise.all(names.map((name) => this.#resolve(name, notBefore)));
    const named = await resolveAll(approversNow(request));
    const people = [...new Set(named.flatMap((one) => one.people))];
    const barred = new Set((await resolveAll(opened.excluded)).flatMap((one) => one.people));
    const excluded = people.filter((id) => barred.has(id));
    const candidates = people.filter((id) => !barred.has(id));
    const unable = await this.#unable(candidates, notBefore);
    const deciders = candidates.filter((id) => !unable.has(id));
    const missing = [...named.flatMap((one) => one.missing), ...unable.values()];
    const isCertain = named.every((one) => one !== UNREADABLE);
    const found = { deciders, missing, excluded };
    const undecidable = isCertain ? reasonFor(found, opened, votes) : null;
    return { ...found, notified: await this.#notified(opened.notify ?? []), undecidable };
  }

  /** People and channels; names that lead to no person are left out. */
  async #notified(names: readonly string[]): Promise<readonly string[]> {
    const targets = await Promise.all(
      names.map(async (name) => (isChannel(name) ? [name] : (await this.#resolve(name)).people)),
    );
    return [...new Set(targets.flat())];
  }

  async #resolve(name: string, notBefore = 0): Promise<Named> {
    if (isUserId(name)) return { people: [name], missing: [] };
    try {
      const members = await this.#read(`group ${name}`, GROUP_MS, notBefore, () =>
        this.#directory.groupMembers(name),
      );
      if (members === null) return { people: [], missing: [unknownName(name)] };
      if (members.length > 0) return { people: members, missing: [] };
      return { people: [], missing: [`the user group ${mentionGroup(name)} has no members`] };
    } catch {
      return UNREADABLE;
    }
  }

  /** Why some of them cannot decide, by their ids. */
  async #unable(
    people: readonly string[],
    notBefore: number,
  ): Promise<ReadonlyMap<string, string>> {
    const reasons = await Promise.all(
      people.slice(0, LOOKED_UP).map(async (id): Promise<[string, string][]> => {
        const reason = await this.#whyUnable(id, notBefore);
        return reason === null ? [] : [[id, reason]];
      }),
    );
    return new Map(reasons.flat());
  }

  async #whyUnable(id: string, notBefore: number): Promise<string | null> {
    try {
      const key = `person ${id}`;
      const person = await this.#read(key, PERSON_MS, notBefore, () =>
        this.#directory.person(id, "recent"),
      );
      if (person === null) return `<@${id}> is no longer in this workspace`;
      if (person.isBot) return `<@${id}> is an app`;
      return mayAct(person) ? null : `<@${id}> is a guest or of another organization`;
    } catch {
      return null;
    }
  }

  /** Shared by all requests for a while: hundreds may be open for the same people. */
  async #read<Answer>(
    key: string,
    keptMs: number,
    notBefore: number,
    read: () => Promise<Answer>,
  ): Promise<Answer> {
    const known = this.#known.get(key);
    const at = this.#clock.now();
    if (known !== undefined && known.until > at && known.at >= notBefore) {
      // The key says what kind of answer it is.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return known.answer as Promise<Answer>;
    }
    const answer = read();
    this.#known.set(key, { at, until: at + keptMs, answer });
    try {
      return await answer;
    } catch (error) {
      this.#known.set(key, { at, until: this.#clock.now() + FAILURE_MS, answer });
      throw error;
    }
  }
}

function isChannel(name: string): boolean {
  return name.startsWith("#") || /^[CG][A-Z0-9]+$/.test(name);
}

const UNREADABLE: Named = { people: [], missing: [] };

/** `null`: enough people can decide. */
function reasonFor(
  { deciders, missing, excluded }: Pick<Audience, "deciders" | "missing" | "excluded">,
  { required, exclusions = [] }: AudienceRequest["opened"],
  votes: AudienceRequest["votes"],
): string | null {
  const undecided = deciders.filter((id) => !votes.some(({ by }) => by === id));
  const agreed = votes.filter(({ choice }) => choice !== "reject").length;
  if (undecided.length > 0 && agreed + undecided.length >= required) return null;
  const asked = exclusions.every(({ why }) => why === "started");
  const reason = asked
    ? "who asks does not"
    : "who asked for it, acted on it or is named so does not";
  const why = [
    ...(excluded.length > 0 ? [`${list(excluded)} may not decide it (${reason})`] : []),
    ...missing,
  ].join("; ");
  const because = why === "" ? "" : `: ${why}`;
  if (deciders.length === 0) return `No one can decide this${because}.`;
  return `${required} people have to agree, but only ${list(deciders)} can decide${because}.`;
}

function list(people: readonly string[]): string {
  return people.map((id) => `<@${id}>`).join(", ");
}

function unknownName(name: string): string {
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(name))
    return `${name} is an e-mail address, and people are named by their Slack ids`;
  if (name.startsWith("@") || /^S[A-Z0-9]+$/.test(name))
    return `there is no user group ${mentionGroup(name)}, or it was disabled`;
  return `${name} is neither a person's Slack id nor a user group`;
}

function mentionGroup(name: string): string {
  return /^S[A-Z0-9]+$/.test(name) ? `<!subteam^${name}>` : name;
}
