import { manual } from "./manual.ts";
import { slash } from "./slash.ts";
import type { TriggerType } from "./trigger-type.ts";

/** Every kind of trigger that definitions may name. */
export const triggerTypes = [manual, slash] as const;

/** The kinds by name, aliases included. */
export const triggerTypeMap: ReadonlyMap<string, TriggerType> = new Map(
  triggerTypes.flatMap((type: TriggerType) =>
    [type.kind, ...type.aliases].map((name): [string, TriggerType] => [name, type]),
  ),
);
