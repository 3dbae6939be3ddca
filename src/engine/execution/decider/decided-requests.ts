import type { CompiledWorkflow } from "../../definition/compile.ts";
import { placeOf } from "../../definition/release-plan.ts";
import type { ReadonlyFrame, ReadonlyRequest, ReadonlyState } from "../../model/state.ts";
import { framePath } from "../../model/step-path.ts";

/**
 * The decided requests of an approval that are on the way to a body: the latest one, and where bodies
 * that are over asked side by side, the latest of each.
 */
export function decidedRequests(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  approval: string,
): readonly ReadonlyRequest[] {
  const found = [...state.requests.values()].flatMap((request) => {
    const path = approvalPathOf(request);
    if (!isDecided(request) || placeOf(workflow, path) !== approval) return [];
    const body = framePath(path);
    const holder = holderOf(body, frame.path);
    // What was asked again for a step is not on the way to those beside it.
    const isBeside = holder === null || holderOf(framePath(request.path), frame.path) === null;
    return isBeside ? [] : [{ request, holder, body: withoutEntries(body) }];
  });
  // What an earlier entry of the holder asked is over.
  const newest = found.at(-1)?.holder;
  const own = found.filter(({ holder }) => holder === newest);
  return [...new Map(own.map(({ body, request }) => [body, request])).values()];
}

function isDecided({ outcome, opened }: ReadonlyRequest): boolean {
  if (outcome === null || opened.budget || opened.doubt) return false;
  return outcome.decision !== "cancelled" && outcome.decision !== "superseded";
}

/** The entry of the approval step that a request belongs to. */
export function approvalPathOf({ opened, path }: ReadonlyRequest): string {
  return opened.seal?.approval ?? path;
}

/**
 * The entry that holds a body, within the innermost body that is around it and another one.
 *
 * @returns empty: it is around the other itself; `null`: the two are executed side by side.
 */
function holderOf(body: string, other: string): string | null {
  if (body === "") return "";
  const segments = body.split("/");
  const others = other === "" ? [] : other.split("/");
  const parting = segments.findIndex((segment, index) => segment !== others[index]);
  if (parting === -1) return "";
  if (parting % 2 === 0) return segments[parting] ?? "";
  return parting < others.length ? null : "";
}

function withoutEntries(path: string): string {
  return path.replaceAll(/#\d+/g, "");
}
