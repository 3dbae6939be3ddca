import type { Findings } from "./findings.ts";
import type { Effect, PlannedRun } from "./scenario.ts";

/**
 * Every effect of every plan happened under exactly one key, with one content, and nothing else happened.
 */
export function verifyEffects(
  runs: readonly PlannedRun[],
  effects: readonly Effect[],
  findings: Findings,
): void {
  const seen = groupByRun(effects);
  for (const { name, plan } of runs) {
    const { effects: needed, maybe = [] } = plan.expected;
    const own = seen.get(name) ?? new Map<string, readonly Effect[]>();
    seen.delete(name);
    for (const effect of needed) {
      findings.count(`${kindOf(effect)} effects expected`);
      if (!own.has(effect)) findings.problem(`${name}: lost effect: ${effect}`);
    }
    for (const [effect, tries] of own) {
      if (!needed.includes(effect) && !maybe.includes(effect))
        findings.problem(`${name}: effect that no plan has: ${effect}`);
      verifyTries(name, effect, tries, findings);
    }
  }
  for (const name of seen.keys()) findings.problem(`${name}: effects of an unknown run`);
}

/** Runs of one line did not overlap: what came from one of them stands together. `effects` are in the order in which they came. */
export function verifyLines(
  runs: readonly PlannedRun[],
  effects: readonly Effect[],
  findings: Findings,
): void {
  const lineOf = new Map(runs.map(({ name, plan }) => [name, plan.line]));
  const last = new Map<string, string>();
  const entered = new Set<string>();
  for (const { run } of effects) {
    const line = lineOf.get(run);
    if (line === undefined || last.get(line) === run) continue;
    if (entered.has(run))
      findings.problem(`${run}: ${last.get(line)} came between its effects, in line ${line}`);
    last.set(line, run);
    entered.add(run);
  }
  findings.count("turns in a line", entered.size);
}

/** A card stands once, however often its bot died while posting it. */
export function verifyCards(cards: readonly string[], findings: Findings): void {
  for (const [card, same] of Map.groupBy(cards, (id) => id)) {
    findings.count("cards");
    if (same.length > 1) findings.problem(`doubled card: ${card} stands ${same.length} times`);
  }
}

function verifyTries(
  run: string,
  effect: string,
  tries: readonly Effect[],
  findings: Findings,
): void {
  const kind = kindOf(effect);
  const keys = new Set(tries.map(({ key }) => key));
  findings.count(`${kind} effects seen`);
  findings.count(`${kind} repeats`, tries.length - keys.size);
  if (keys.size > 1)
    findings.problem(`${run}: doubled effect: ${effect} has the keys ${[...keys].join(" and ")}`);
  if (new Set(tries.map(({ content }) => content)).size > 1)
    findings.problem(`${run}: ${effect} is not the same in every repeat`);
  // Slack knows no keys: there a repeat would be a second message.
  if (kind === "slack" && tries.length > 1)
    findings.problem(`${run}: doubled message: ${effect} stands ${tries.length} times`);
}

function kindOf(effect: string): string {
  return effect.slice(0, effect.indexOf(" "));
}

function groupByRun(effects: readonly Effect[]): Map<string, Map<string, readonly Effect[]>> {
  const runs = new Map<string, Map<string, Effect[]>>();
  for (const effect of effects) {
    const own = runs.get(effect.run) ?? new Map<string, Effect[]>();
    runs.set(effect.run, own);
    own.set(effect.name, [...(own.get(effect.name) ?? []), effect]);
  }
  return runs;
}
