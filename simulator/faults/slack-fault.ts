import { z } from "zod";
import { FaultRefused } from "../fault-queue.ts";

/**
 * Trouble for the answers to the next `times` Web API calls.
 *
 * - `method`: the method it is for; every method when absent.
 * - `error`: `ok: false` with this code. `status`: this HTTP status. `retry_after`: 429 with this `Retry-After`, in seconds.
 * - `raw`: this body as it is.
 * - `connection`: `drop` cuts the connection instead of an answer; `hang` never answers, until the caller gives up or the
 *   fault is taken back.
 * - `delay_ms`: answers so much later; what the call does is done before.
 * - `applied`: the call takes effect and only its answer is lost. Without it a call that fails has changed nothing.
 */
export const SlackFault = z.strictObject({
  target: z.literal("slack"),
  method: z.string().min(1).max(100).optional(),
  error: z.string().min(1).max(200).optional(),
  status: z.int().min(100).max(599).optional(),
  retry_after: z.int().min(0).max(3_600).optional(),
  delay_ms: z.int().min(0).max(3_600_000).optional(),
  raw: z.string().optional(),
  connection: z.enum(["drop", "hang"]).optional(),
  applied: z.boolean().default(false),
  times: z.int().min(1).max(1_000_000).default(1),
});
export type SlackFault = z.output<typeof SlackFault>;

/**
 * Trouble on the way to the app, for the next `times` payloads.
 *
 * - `kind`: `events_api`, `interactive` or `slash_commands`; every kind when absent.
 * - `name`: the type of the event or interaction, or the command; every one when absent.
 * - `effect`: `delay` sends it `delay_ms` later; `duplicate` sends it twice, `delay_ms` apart (at once without it); `reorder`
 *   holds it back until another payload of its kind was sent, at most `delay_ms` (2 s without it); `drop` loses it: the app
 *   never sees this attempt, and Slack's retries follow.
 */
export const DeliveryFault = z.strictObject({
  target: z.literal("delivery"),
  kind: z.enum(["events_api", "interactive", "slash_commands"]).optional(),
  name: z.string().min(1).max(100).optional(),
  effect: z.enum(["delay", "duplicate", "reorder", "drop"]),
  delay_ms: z.int().min(0).max(3_600_000).optional(),
  times: z.int().min(1).max(1_000_000).default(1),
});
export type DeliveryFault = z.output<typeof DeliveryFault>;

/**
 * Trouble for Socket Mode connections.
 *
 * - `effect`: `late_pong` answers each of the next `times` pings `delay_ms` later than usual (6 s without it), as Slack does
 *   on bad days (https://github.com/slackapi/bolt-js/issues/2786); `refuse_upgrade` answers the next `times` requests to open
 *   a socket with `status` (409 without it, https://github.com/slackapi/node-slack-sdk/issues/2094).
 */
export const SocketFault = z.strictObject({
  target: z.literal("socket"),
  effect: z.enum(["late_pong", "refuse_upgrade"]),
  delay_ms: z.int().min(0).max(3_600_000).default(6_000),
  status: z.int().min(400).max(599).default(409),
  times: z.int().min(1).max(1_000_000).default(1),
});
export type SocketFault = z.output<typeof SocketFault>;

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
export function parseSocketFault(input: unknown): SocketFault {
  return parse(SocketFault, input, "sockets");
}

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
export function parseSlackFault(input: unknown): SlackFault {
  return parse(SlackFault, input, "the Web API");
}

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
export function parseDeliveryFault(input: unknown): DeliveryFault {
  return parse(DeliveryFault, input, "delivery");
}

function parse<Fault>(schema: z.ZodType<Fault>, input: unknown, of: string): Fault {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new FaultRefused(`This is no fault of ${of}. ${z.prettifyError(parsed.error)}`);
}
