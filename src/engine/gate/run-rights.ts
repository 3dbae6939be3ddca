import { AppError } from "../../shared/errors.ts";
import type { ExecutionView } from "../api/executions.ts";
import { OPERATOR } from "../model/actor.ts";
import { approversNow } from "../model/requests.ts";
import type { Gate } from "./gate.ts";
import { leftOut } from "./left-out.ts";

/** What a run lets a reader see. */
export interface RunRights {
  /** They may see it. */
  readonly sees: boolean;
  /** They see what is sensitive, too: they started it, decide in it, or are an admin. */
  readonly knows: boolean;
}

type Run = Pick<ExecutionView, "executionId" | "workflowId" | "trigger" | "requests">;

/** What a reader may see of a run, by what was known of them a moment ago. @throws {AppError} `slack_unavailable`, `workflow_not_found`. */
export async function rightsIn(gate: Gate, reader: string, run: Run): Promise<RunRights> {
  const { access } = gate;
  const person = access.personOf(reader);
  if (person === null || (await access.isAdmin(person, "recent")))
    return { sees: true, knows: true };
  if (!(await access.mayUse(person, "recent"))) return { sees: false, knows: false };
  if (isStarter(gate, person, run)) return { sees: true, knows: true };
  const views = async (): Promise<boolean> => {
    const permissions = await gate.permissionsOf(run.workflowId);
    return (await access.may(person, "view", permissions)).allowed;
  };
  try {
    if (await decidesIn(gate, person, run)) return { sees: true, knows: true };
  } catch (error) {
    // Whether they decide in it is unknown; who may see it anyway does so.
    if (await views().catch(leftOut)) return { sees: true, knows: false };
    throw error;
  }
  return { sees: await views(), knows: false };
}

/** What a program starts with the API's token is started by the token's owner. */
function isStarter({ access }: Gate, person: string, { trigger }: Run): boolean {
  const { userId, type } = trigger;
  return (userId ?? (type === OPERATOR ? access.personOf(OPERATOR) : null)) === person;
}

/** Whether they are, or were, among those who decide something in it. */
async function decidesIn({ access }: Gate, person: string, { requests }: Run): Promise<boolean> {
  if (requests.some(({ votes }) => votes.some((vote) => vote.by === person))) return true;
  const approvers = new Set(
    requests.flatMap((request) => [...request.opened.approvers, ...approversNow(request)]),
  );
  return (await access.amongWhich(person, approvers, "recent")) !== null;
}

/** @throws {AppError} `not_allowed` unless they started the run or are an admin. @param what - `cancel`, `retry`. */
export async function assertOwns(gate: Gate, by: string, run: Run, what: string): Promise<void> {
  const { access } = gate;
  if (await access.isAdmin(by)) return;
  const person = access.personOf(by) ?? by;
  if (isStarter(gate, person, run) && (await access.mayUse(person))) return;
  throw await refuseRun(gate, by, run, what);
}

/** The refusal, which names whom to ask. It is recorded. */
export async function refuseRun(
  gate: Gate,
  by: string,
  { executionId, workflowId, trigger }: Run,
  what: string,
): Promise<AppError> {
  const starter = trigger.userId === undefined ? "" : `<@${trigger.userId}>, who started it, or `;
  const message = `You cannot ${what} this run. Ask ${starter}an admin.`;
  const refusal = new AppError({ code: "not_allowed", message });
  return gate.refuse(by, { what: `${what} the run`, executionId, workflowId }, refusal);
}
