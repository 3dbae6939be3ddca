import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type Place, plain } from "../../shared/places/place.ts";
import type { Placing } from "../language/placing.ts";
import { findTemplates, piecesOf } from "../language/template.ts";
import type { NameKind } from "../ports/name-checks.ts";
import type { ServiceAction } from "../ports/service.ts";
import { memberSchemas } from "./param-schema.ts";
import type { ParamProblem } from "./service-params.ts";

/** What the engine must know of a parameter before the action sees it. */
export interface ParamTrait {
  /** Written in full in the definition, without templates; the text says what to do instead. */
  readonly insteadOfTemplates: string;
}

/** The traits of parameters: `z.string().register(paramTraits, { insteadOfTemplates: "…" })`, on the outermost schema. */
export const paramTraits = z.registry<ParamTrait>();

/** How templates are written into a parameter, and into what is within it and has no place of its own. */
export interface Placement {
  /** A function where it depends on the other parameters. */
  readonly place: Place | ((params: JsonObject) => Place);
  /** Of members of objects that have no schema. */
  readonly within?: (key: string, owner: JsonObject) => Place;
}

const placements = new WeakMap<z.core.$ZodType, Placement>();

/**
 * Says in which place a parameter, or a member of one, stands. Every text of a service's parameters has one, or is written in
 * full; `plain` where there is no syntax.
 *
 * @param within - the places of members of objects that have no schema.
 * @returns the schema itself, which may be made optional afterwards.
 */
export function inPlace<Schema extends z.core.$ZodType>(
  schema: Schema,
  place: Placement["place"],
  within?: Placement["within"],
): Schema {
  placements.set(schema, { place, ...omitUndefined({ within }) });
  return schema;
}

/** Where everything in the parameters of an action stands. */
export function placingOf(action: ServiceAction, params: JsonObject): Placing {
  return placingIn([action.params], plain, params);
}

/**
 * Templates and secrets where the traits of the parameters do not allow them.
 */
export function traitProblems(action: ServiceAction, given: JsonObject): readonly ParamProblem[] {
  const placing = placingOf(action, given);
  // Templates that cannot be read are reported elsewhere.
  const found = findTemplates(given, () => {});
  const misplaced = found.flatMap(({ path, template }): ParamProblem[] => {
    const { place } = placingAt(placing, given, path);
    const pieces = piecesOf(template);
    const hasSecret = template.paths.some(([root]) => root === "secrets");
    if (place.refusesSecrets === true && hasSecret) {
      return [{ path, message: "may not hold a secret", fix: "Remove {{secrets.…}}." }];
    }
    // What is one template alone is known only when it is filled.
    const problem = template.whole ? null : (place.misplaced?.(pieces) ?? null);
    return problem === null ? [] : [{ path, ...problem }];
  });
  return [...writtenInFull(action, given), ...misplaced];
}

function writtenInFull(action: ServiceAction, given: JsonObject): readonly ParamProblem[] {
  return Object.entries(action.params.shape).flatMap(([name, type]): ParamProblem[] => {
    const fix = paramTraits.get(type)?.insteadOfTemplates;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (fix === undefined || value === undefined || !holdsBraces(value)) return [];
    return [{ path: [name], message: "may not hold {{…}}", fix }];
  });
}

function placingAt(
  placing: Placing,
  given: JsonObject,
  path: readonly (string | number)[],
): Placing {
  let [at, value]: [Placing, Json | undefined] = [placing, given];
  for (const key of path) {
    if (typeof value !== "object" || value === null) break;
    at = at.member(String(key), value);
    const next: Json | undefined = Reflect.get(value, key);
    value = next;
  }
  return at;
}

/** By the schemas that a value may have, the first that has a place. */
function placingIn(
  schemas: readonly z.core.$ZodType[],
  inherited: Place,
  params: JsonObject,
): Placing {
  const own = schemas.map(placementOf).find((one) => one !== undefined);
  const place = typeof own?.place === "function" ? own.place(params) : (own?.place ?? inherited);
  if (own?.within) return placingWithin(place, own.within);
  return {
    place,
    member: (key) =>
      placingIn(
        schemas.flatMap((schema) => memberSchemas(schema, key)),
        place,
        params,
      ),
  };
}

function placingWithin(place: Place, within: NonNullable<Placement["within"]>): Placing {
  return {
    place,
    member: (key, owner) => placingWithin(isJsonObject(owner) ? within(key, owner) : place, within),
  };
}

/**
 * The place that a schema was given, on whichever layer.
 *
 * @internal exported for its test
 */
export function placementOf(schema: z.core.$ZodType): Placement | undefined {
  const own = placements.get(schema);
  if (own !== undefined) return own;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable
  ) {
    return placementOf(schema.def.innerType);
  }
  return schema instanceof z.ZodPipe ? placementOf(schema.in) : undefined;
}

function holdsBraces(value: Json): boolean {
  return JSON.stringify(value).includes("{{");
}

/**
 * Members of configurations that name something outside: `z.string().register(externalNames, { kind: "channel" })`, on the
 * outermost schema. A list names several; an absent member means `absent`, if there is that.
 */
export const externalNames = z.registry<{ readonly kind: NameKind; readonly absent?: string }>();
