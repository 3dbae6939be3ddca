import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type Place, plain } from "../../shared/places/place.ts";
import type { Placing } from "../language/placing.ts";
import { findTemplates, piecesOf } from "../language/template.ts";
import type { NameKind } from "../ports/name-checks.ts";
import type { SecretUse, ServiceAction } from "../ports/service.ts";
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

const secretTakers = new WeakSet<z.core.$ZodType>();

/**
 * Says that a parameter, and everything within it, may hold `{{secrets.NAME}}`. Without it none may: what a parameter takes is
 * kept, shown to people or handed on by the other side, unless its service knows better.
 *
 * @returns the schema itself, which may be made optional afterwards.
 */
export function takesSecrets<Schema extends z.core.$ZodType>(schema: Schema): Schema {
  secretTakers.add(schema);
  return schema;
}

/** Where everything in the parameters of an action stands. */
export function placingOf(action: ServiceAction, params: JsonObject): Placing {
  return placingIn([action.params], { place: plain, refusesSecrets: true }, params);
}

/** The secrets that parameters, as a definition has them, name, and where. Templates that cannot be read are left out. */
export function secretsNamed(given: JsonObject): readonly SecretUse[] {
  return findTemplates(given, () => {}).flatMap(({ path, template }) =>
    template.paths.flatMap(([root, name]) =>
      root === "secrets" && name !== undefined ? [{ name, path }] : [],
    ),
  );
}

/** What is wrong with the secrets of an action's parameters, by what the action itself says of them. */
export function secretProblems(action: ServiceAction, given: JsonObject): readonly ParamProblem[] {
  const used = secretsNamed(given);
  return used.length === 0 ? [] : (action.checkSecrets?.(given, used) ?? []);
}

/**
 * Templates and secrets where the traits of the parameters do not allow them.
 */
export function traitProblems(action: ServiceAction, given: JsonObject): readonly ParamProblem[] {
  const placing = placingOf(action, given);
  // Templates that cannot be read are reported elsewhere.
  const found = findTemplates(given, () => {});
  const misplaced = found.flatMap(({ path, template }): ParamProblem[] => {
    const { place, refusesSecrets = false } = placingAt(placing, given, path);
    const pieces = piecesOf(template);
    const hasSecret = template.paths.some(([root]) => root === "secrets");
    if (refusesSecrets && hasSecret) return [secretProblem(action, path)];
    // What is one template alone is known only when it is filled.
    const problem = template.whole ? null : (place.misplaced?.(pieces) ?? null);
    return problem === null ? [] : [{ path, ...problem }];
  });
  return [...writtenInFull(action, given), ...misplaced];
}

function secretProblem(action: ServiceAction, path: ParamProblem["path"]): ParamProblem {
  const places = Object.entries(action.params.shape).flatMap(([name, type]) =>
    isSecretTaker(type) ? [`"${name}"`] : [],
  );
  const instead = places.length === 0 ? "" : ` Secrets may stand in ${places.join(", ")}.`;
  return { path, message: "may not hold a secret", fix: `Remove {{secrets.…}}.${instead}` };
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
  inherited: Pick<Placing, "place" | "refusesSecrets">,
  params: JsonObject,
): Placing {
  const own = schemas.map(placementOf).find((one) => one !== undefined);
  const place =
    typeof own?.place === "function" ? own.place(params) : (own?.place ?? inherited.place);
  const refusesSecrets = inherited.refusesSecrets === true && !schemas.some(isSecretTaker);
  if (own?.within) return placingWithin({ place, refusesSecrets }, own.within);
  return {
    place,
    refusesSecrets,
    member: (key) =>
      placingIn(
        schemas.flatMap((schema) => memberSchemas(schema, key)),
        { place, refusesSecrets },
        params,
      ),
  };
}

function placingWithin(
  { place, refusesSecrets = false }: Pick<Placing, "place" | "refusesSecrets">,
  within: NonNullable<Placement["within"]>,
): Placing {
  return {
    place,
    refusesSecrets,
    member: (key, owner) =>
      placingWithin(
        { place: isJsonObject(owner) ? within(key, owner) : place, refusesSecrets },
        within,
      ),
  };
}

function isSecretTaker(schema: z.core.$ZodType): boolean {
  return layersOf(schema).some((layer) => secretTakers.has(layer));
}

/**
 * The place that a schema was given, on whichever layer.
 *
 * @internal exported for its test
 */
export function placementOf(schema: z.core.$ZodType): Placement | undefined {
  for (const layer of layersOf(schema)) {
    const own = placements.get(layer);
    if (own !== undefined) return own;
  }
  return undefined;
}

/** A schema, what it makes optional, gives a default or changes, and what it was described from: `describe` makes a copy. */
function layersOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const layers = [schema];
  for (;;) {
    const last = layers.at(-1);
    if (last?._zod.parent !== undefined) layers.push(last._zod.parent);
    else if (
      last instanceof z.ZodOptional ||
      last instanceof z.ZodDefault ||
      last instanceof z.ZodNullable
    )
      layers.push(last.def.innerType);
    else if (last instanceof z.ZodPipe) layers.push(last.in);
    else return layers;
  }
}

function holdsBraces(value: Json): boolean {
  return JSON.stringify(value).includes("{{");
}

/**
 * Members of configurations that name something outside: `z.string().register(externalNames, { kind: "channel" })`, on the
 * outermost schema. A list names several; an absent member means `absent`, if there is that.
 */
export const externalNames = z.registry<{ readonly kind: NameKind; readonly absent?: string }>();
