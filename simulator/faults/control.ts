import type { Fakes } from "../fakes.ts";
import { type FaultList, FaultRefused } from "../fault-queue.ts";
import type { JsonObject } from "../json.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { parseDeliveryFault, parseSlackFault, parseSocketFault } from "./slack-fault.ts";

/**
 * Adds the fault that the body describes; who asks for it (`user`) does not matter.
 *
 * @returns the id under which it can be taken back.
 * @throws {FaultRefused} when there is no such target or a member makes no sense.
 */
export function addFault(
  workspace: Workspace,
  fakes: Fakes,
  { user: _asker, ...body }: JsonObject,
): string {
  switch (body["target"]) {
    case "slack":
      return workspace.faults.add(parseSlackFault(body));
    case "delivery":
      return workspace.deliveryFaults.add(parseDeliveryFault(body));
    case "socket":
      return workspace.socketFaults.add(parseSocketFault(body));
    case "model":
      return fakes.model.fault(body);
    case "mail":
      if (fakes.mail === undefined) throw new FaultRefused("There is no mail server here.");
      return fakes.mail.fault(body);
    default:
      throw new FaultRefused(
        '"target" of a fault must be "slack", "delivery", "socket", "model" or "mail".',
      );
  }
}

/** Faults that still wait, of every target: what was asked for, with `id` and how many more it hits (`left`). */
export function listFaults(workspace: Workspace, fakes: Fakes): readonly object[] {
  return Object.entries(listsOf(workspace, fakes)).flatMap(([target, faults]) =>
    faults.list().map(({ id, left, fault }) => ({ id, ...fault, target, left })),
  );
}

/**
 * Takes one fault back, or all of them.
 *
 * @returns how many.
 */
export function removeFaults(workspace: Workspace, fakes: Fakes, id?: string): number {
  const lists = Object.values(listsOf(workspace, fakes));
  if (id !== undefined) return lists.filter((faults) => faults.remove(id)).length;
  const count = lists.reduce((sum, faults) => sum + faults.list().length, 0);
  for (const faults of lists) faults.reset();
  return count;
}

function listsOf(workspace: Workspace, fakes: Fakes): Record<string, FaultList> {
  return {
    slack: workspace.faults,
    delivery: workspace.deliveryFaults,
    socket: workspace.socketFaults,
    model: fakes.model.faults,
    ...(fakes.mail === undefined ? {} : { mail: fakes.mail.faults }),
  };
}
