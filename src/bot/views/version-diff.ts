import type { DefinitionChange, DefinitionDiff } from "../../engine/definition/diff.ts";
import type { Json } from "../../shared/json.ts";
import { escapeText, showValue } from "../../slack/text.ts";

/** Differences that are listed one by one: more would not be read. */
const CHANGES_SHOWN = 30;
const VALUE_CHARS = 120;

/** How two versions differ, in lines of mrkdwn: first what it does to the world outside. */
export function describeDiff({ changes, sideEffects, destinations }: DefinitionDiff): string[] {
  if (changes.length === 0) return ["They say the same."];
  const shown = changes.slice(0, CHANGES_SHOWN).map(describeChange);
  if (changes.length > shown.length) shown.push(`_and ${changes.length - shown.length} more_`);
  return [
    ...gains("*Does outside now*", sideEffects.added),
    ...gains("*No longer does outside*", sideEffects.removed),
    ...gains("*Sends to, new*", destinations.added),
    ...gains("*Sends to no more*", destinations.removed),
    "*Changes*",
    ...shown,
  ];
}

function gains(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [title, ...lines.map((line) => `• ${showValue(line, 300)}`)];
}

const AREAS: Readonly<Record<DefinitionChange["area"], string>> = {
  step: "step",
  route: "route of",
  trigger: "trigger",
  input: "input",
  limit: "limit",
  setting: "setting",
};

function describeChange({ kind, area, of, member, from, to }: DefinitionChange): string {
  const what = `${AREAS[area]} \`${escapeText(of)}\`${member === undefined ? "" : `, ${escapeText(member)}`}`;
  switch (kind) {
    case "added":
      return `• ${what}: added ${show(to)}`;
    case "removed":
      return `• ${what}: removed ${show(from)}`;
    case "changed":
      return `• ${what}: ${show(from)} → ${show(to)}`;
  }
}

function show(value: Json): string {
  return `\`${showValue(value, VALUE_CHARS).replaceAll("`", "'")}\``;
}
