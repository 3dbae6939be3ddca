import type { DefinitionChange, DefinitionDiff } from "../../engine/definition/diff.ts";
import type { Json } from "../../shared/json.ts";
import { type Wording, wording } from "../../shared/wording.ts";
import { showWording } from "./blocks/wording.ts";

/** How two versions differ, whole, in lines of mrkdwn: first what it does to the world outside. */
export function describeDiff({ changes, sideEffects, destinations }: DefinitionDiff): string[] {
  if (changes.length === 0) return ["They say the same."];
  return [
    ...gains("*Does and sends outside now*", sideEffects.added),
    ...gains("*No longer does and sends outside*", sideEffects.removed),
    ...gains("*Sends to, new*", destinations.added),
    ...gains("*Sends to no more*", destinations.removed),
    "*Changes*",
    ...changes.flatMap((change) => showWording(describeChange(change))),
  ];
}

function gains(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [title, ...lines.flatMap((line) => showWording(wording`• ${line}`))];
}

const AREAS: Readonly<Record<DefinitionChange["area"], string>> = {
  step: "step",
  route: "route of",
  trigger: "trigger",
  input: "input",
  limit: "limit",
  setting: "setting",
};

function describeChange({ kind, area, of, member, from, to }: DefinitionChange): Wording {
  const what = wording`• ${[AREAS[area]]} ${of}${member === undefined ? wording`` : wording`, ${member}`}`;
  switch (kind) {
    case "added":
      return wording`${what}: added ${show(to)}`;
    case "removed":
      return wording`${what}: removed ${show(from)}`;
    case "changed":
      return wording`${what}: ${show(from)} → ${show(to)}`;
  }
}

function show(value: Json): string {
  if (value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
