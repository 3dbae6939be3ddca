import { z } from "zod";
import { FaultRefused } from "../fault-queue.ts";

/**
 * Trouble for the next `times` calls of `/v1/chat/completions`.
 *
 * - `status`: answers with this HTTP error; `retry_after` (seconds) alone means 429.
 * - `error`: `empty_choices`, `refusal`, `length` (cut in half), `content_filter`, or `disconnect` (the
 *   connection is dropped). Any other text is the `code` of an HTTP error, 500 without `status`.
 * - `raw`: the literal content of the answer; with `status`, the literal body.
 * - `delay_ms`: waits first, at most ten minutes, also when nothing else is wrong.
 */
export const ModelFault = z.strictObject({
  target: z.literal("model").optional(),
  method: z.string().optional(),
  status: z.int().min(400).max(599).optional(),
  error: z.string().min(1).max(500).optional(),
  retry_after: z.number().min(0).max(3_600).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  raw: z.string().optional(),
  times: z.int().min(1).max(1_000_000).default(1),
});
export type ModelFault = z.output<typeof ModelFault>;

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
export function parseModelFault(input: unknown): ModelFault {
  const parsed = ModelFault.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new FaultRefused(`This is no fault of the model. ${z.prettifyError(parsed.error)}`);
}
