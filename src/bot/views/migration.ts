import type { MigrationView } from "../../engine/api/executions.ts";
import { mentionPerson, showTime } from "../../slack/text.ts";

/** Which version a run went on with, who wanted it, and when. */
export function describeMigration({ by, at, from, to }: MigrationView): string {
  return `:arrow_right: Went on with version ${to} instead of ${from}, by ${mentionPerson(by)} ${showTime(at)}.`;
}
