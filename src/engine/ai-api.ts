import type { AuditView } from "./audit.ts";
import type { Prompts } from "./prompts.ts";

/** What the bot and the web may do with AI decisions and prompts; a part of `Engine`. */
export interface AiMethods {
  /**
   * What models were asked in an execution, what they answered and what was made of it.
   *
   * @param stepId - this step alone. @throws {AppError} `execution_not_found`, `input_invalid` for a step that asked no model.
   */
  audit(executionId: string, stepId?: string): Promise<AuditView>;
  /** Named prompts. */
  readonly prompts: Prompts;
}
