import type { ExternalName } from "../definition/find-external-names.ts";
import type { Problem } from "../definition/problem.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { NameChecks, NamePins } from "../ports/name-checks.ts";
import type { PinnedName } from "../ports/workflows.ts";
import { askOutside } from "./ask-outside.ts";

export interface NameWarningsOptions {
  readonly checks: NameChecks;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Warnings for what does not exist outside. Never throws and takes at most a second and a half: a deployment does not depend on it. */
export async function warnOfNames(
  names: readonly ExternalName[],
  { checks, ...options }: NameWarningsOptions,
): Promise<readonly Problem[]> {
  const warnings = await askOutside(names, checks, options);
  return names.flatMap(({ path }, index) => {
    const warning = warnings[index];
    return warning ? [{ path, ...warning }] : [];
  });
}

export interface NamePinsOptions extends Omit<NameWarningsOptions, "checks"> {
  readonly pins: NamePins;
}

/** What names stand for now, each once; what is not known stays a name. As {@link warnOfNames} never throws. */
export async function findPins(
  names: readonly ExternalName[],
  { pins, ...options }: NamePinsOptions,
): Promise<readonly PinnedName[]> {
  const found = await askOutside(names, pins, options);
  const pinned = new Map<string, PinnedName>();
  names.forEach(({ kind, name }, index) => {
    const pin = found[index];
    if (pin) pinned.set(JSON.stringify([kind, name]), { kind, name, pin });
  });
  return [...pinned.values()];
}
