import { z } from "zod";
import { FaultRefused } from "../fault-queue.ts";

/**
 * Trouble for the next `times` messages.
 *
 * - `status`: the SMTP code of the refusal, 400–599 (550 when only `error` is given).
 * - `error`: the text of the refusal; `disconnect` drops the connection before the message is kept,
 *   `disconnect_after` keeps the message and drops the connection before saying so.
 * - `method`: the SMTP command that is refused, `MAIL`, `RCPT` or `DATA` (default: the end of `DATA`).
 * - `delay_ms`: how long the answer takes, also without a refusal. At most ten minutes.
 */
export const MailFault = z.strictObject({
  target: z.literal("mail").optional(),
  method: z.enum(["MAIL", "RCPT", "DATA"]).default("DATA"),
  status: z.int().min(400).max(599).optional(),
  error: z.string().max(500).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  times: z.int().min(1).max(100_000).default(1),
});
export type MailFault = z.output<typeof MailFault>;

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
export function parseMailFault(input: unknown): MailFault {
  const parsed = MailFault.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new FaultRefused(`This is no fault of the mail sink. ${z.prettifyError(parsed.error)}`);
}
