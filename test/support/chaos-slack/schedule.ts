import type { JsonObject } from "../../../simulator/json.ts";
import { Random } from "../chaos/random.ts";

/** Something that goes wrong, so many milliseconds after the start. */
export interface Trouble {
  readonly atMs: number;
  readonly name: string;
  readonly deed: Deed;
}

export type Deed =
  /** Asked of the simulator: the path below `/sim/`, and what is sent there. */
  | { readonly kind: "ask"; readonly path: string; readonly body: JsonObject }
  /** A question that stands is deleted by an admin. */
  | { readonly kind: "delete card" }
  /** The bot's process is killed. */
  | { readonly kind: "kill" };

/** A room that closes while questions wait there. */
const CLOSING = { archived: "C0ENGINEERING", left: "C0LEADS" } as const;
const MEMBERS_LEFT = ["U0ALICE", "U0BOB"];

const METHODS = ["chat.postMessage", "chat.update", "users.info", "views.publish"] as const;
const KINDS = ["events_api", "interactive", "slash_commands"] as const;

const ask = (path: string, body: JsonObject): Deed => ({ kind: "ask", path, body });
const slack = (body: JsonObject): Deed => ask("faults", { target: "slack", ...body });
const delivery = (body: JsonObject): Deed => ask("faults", { target: "delivery", ...body });

/** What goes wrong in an hour, and how often. A busy hour: Slack has better ones. */
const AN_HOUR: Readonly<Record<string, readonly [times: number, make: (chance: Random) => Deed]>> =
  {
    "refreshed connection": [3, () => ask("disconnect", { kind: "refresh_requested", count: 1 })],
    "dropped connection": [3, () => ask("disconnect", { kind: "drop" })],
    "ghost of a connection": [3, () => ask("disconnect", { kind: "ghost", count: 1 })],
    "late pongs": [
      3,
      () => ask("faults", { target: "socket", effect: "late_pong", delay_ms: 6_000, times: 3 }),
    ],
    "refused connection": [3, () => ask("faults", { target: "socket", effect: "refuse_upgrade" })],
    "429": [
      12,
      (chance) => slack({ method: chance.pick(METHODS), retry_after: chance.between(1, 5) }),
    ],
    "500": [12, (chance) => slack({ method: chance.pick(METHODS), status: 500 })],
    "lost answer": [
      16,
      (chance) => slack({ method: chance.pick(METHODS), connection: "drop", applied: true }),
    ],
    "slow answer": [12, (chance) => slack({ delay_ms: chance.between(200, 2_500) })],
    "late payload": [
      8,
      (chance) => delivery({ effect: "delay", delay_ms: chance.between(100, 2_000) }),
    ],
    "doubled payload": [
      16,
      (chance) => delivery({ effect: "duplicate", delay_ms: chance.between(0, 1_000) }),
    ],
    "reordered payload": [8, (chance) => delivery({ effect: "reorder", kind: chance.pick(KINDS) })],
    "lost payload": [8, (chance) => delivery({ effect: "drop", kind: chance.pick(KINDS) })],
    "archived channel": [1, () => ask("channel", { channel: CLOSING.archived, is_archived: true })],
    "channel without the bot": [
      1,
      () => ask("channel", { channel: CLOSING.left, members: MEMBERS_LEFT }),
    ],
    "deleted question": [6, () => ({ kind: "delete card" })],
    app_rate_limited: [2, () => ask("app-rate-limited", {})],
    kill: [4, () => ({ kind: "kill" })],
  };

/**
 * The troubles of an hour, or of a part of one, in the time that there is: the same seed, the same troubles.
 *
 * @param share - which part of an hour's troubles; of each kind at least one comes.
 */
export function planTroubles(seed: number, durationMs: number, share: number): readonly Trouble[] {
  return Object.entries(AN_HOUR)
    .flatMap(([name, [times, make]]) => {
      const chance = new Random(seed, name);
      return Array.from({ length: Math.max(1, Math.round(times * share)) }, () => ({
        atMs: chance.between(0, durationMs),
        name,
        deed: make(chance),
      }));
    })
    .sort((a, b) => a.atMs - b.atMs);
}
