/** What a monthly budget is for: everything, one workflow, or one person. */
export interface BudgetSubject {
  readonly scope: "all" | "workflow" | "person";
  /** Workflow id or Slack user id; empty for `all`. */
  readonly subject: string;
}

/** `the workflow "ask"`, `<@U0BOB>`, `all workflows`. */
export function describeSubject({ scope, subject }: BudgetSubject): string {
  if (scope === "all") return "all workflows";
  return scope === "workflow" ? `the workflow "${subject}"` : `<@${subject}>`;
}
