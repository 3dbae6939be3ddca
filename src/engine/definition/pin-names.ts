import type { PinnedName } from "../ports/workflows.ts";
import { type NamingContext, type PlacedName, placeNames } from "./find-external-names.ts";
import { Definition } from "./schema.ts";

/** The definition as it is executed: with what stands for its names since it was deployed. */
export function pinNames(
  definition: Definition,
  pins: readonly PinnedName[],
  context: NamingContext,
): Definition {
  if (pins.length === 0) return definition;
  const pinned = structuredClone(definition);
  for (const { kind, name, place } of placeNames(definition, context)) {
    const known = pins.find((one) => one.kind === kind && one.name === name);
    if (known !== undefined) put(pinned, place, known.pin);
  }
  return Definition.parse(pinned);
}

/** The place is one of this very document, so every member on the way is there. */
function put(document: object, place: PlacedName["place"], value: string): void {
  const parent = place.slice(0, -1).reduce<object>((part, key) => {
    const next: unknown = Reflect.get(part, key);
    return typeof next === "object" && next !== null ? next : {};
  }, document);
  Reflect.set(parent, place.at(-1) ?? "", value);
}
