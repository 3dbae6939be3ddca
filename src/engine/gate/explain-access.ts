import { describeVerdict, showHolder } from "../access/access-texts.ts";
import type { ExternalName } from "../definition/find-external-names.ts";
import type { Definition } from "../definition/schema.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { Gate } from "./gate.ts";

const ACTIONS = ["run", "edit", "deploy", "view"] as const;

export interface ExplainParts {
  readonly workflows: Pick<Workflows, "active">;
  /** Everything outside that a definition names. */
  readonly namesIn: (definition: Definition) => readonly ExternalName[];
}

/** @see Access.explain of the engine's contract */
export async function explainAccess(
  gate: Gate,
  { workflows, namesIn }: ExplainParts,
  workflowId: string,
  userId: string,
  reader: string,
): Promise<readonly string[]> {
  const { definition } = (await workflows.active(workflowId)).compiled;
  const { access } = gate;
  const person = userId === reader ? undefined : userId;
  const lines: string[] = [];
  for (const action of ACTIONS) {
    const verdict = await access.may(userId, action, definition.permissions);
    lines.push(describeVerdict(action, verdict, access.admins, person));
  }
  return [...lines, await explainDecisions(gate, namesIn(definition), userId, person)];
}

/** Whether they can be asked to decide something. Names that a template fills are known only in a run. */
async function explainDecisions(
  { access }: Gate,
  names: readonly ExternalName[],
  userId: string,
  person: string | undefined,
): Promise<string> {
  const who = person === undefined ? "You" : showHolder(person);
  const own = person === undefined ? "your" : "their";
  const approvers = new Set(
    names.filter(({ kind }) => kind === "approver").map(({ name }) => name),
  );
  if (approvers.size === 0) return `${who} may decide what runs ask them by name.`;
  const list = [...approvers].map(showHolder).join(", ");
  if (!(await access.mayUse(userId))) return `${who} may not decide in it: ${list} may.`;
  for (const approver of approvers)
    if (await access.isAmong(userId, approver))
      return `${who} may decide in it, as ${showHolder(approver)}, but not about runs of ${own} own.`;
  return `${who} may not decide in it: ${list} may.`;
}
