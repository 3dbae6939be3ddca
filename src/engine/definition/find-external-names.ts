import { z } from "zod";
import { formatPath } from "../../shared/format-path.ts";
import { isJsonObject, type Json, type JsonObject, toJson } from "../../shared/json.ts";
import type { NameKind } from "../ports/name-checks.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import { externalNames } from "./param-traits.ts";
import { Permissions } from "./permissions.ts";
import { type Definition, placedTriggersOf, Report } from "./schema.ts";
import type { StepType } from "./step-type.ts";
import type { TriggerType } from "./trigger-type.ts";

/** A name that stands in a definition as it is, without templates. */
export interface ExternalName {
  readonly kind: NameKind;
  readonly name: string;
  /** Where it stands: `steps[2].config.channel`. */
  readonly path: string;
}

/** The same with its place as a list of members and positions. */
export interface PlacedName extends Omit<ExternalName, "path"> {
  readonly place: Path;
}

/** What can have names in its configuration. */
export interface NamingContext {
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly triggerTypes: ReadonlyMap<string, TriggerType>;
  readonly services: ServiceRegistry;
}

/** Everything outside that a checked definition names in full; names that hold templates are known only when it runs. */
export function findExternalNames(
  definition: Definition,
  context: NamingContext,
): readonly ExternalName[] {
  return placeNames(definition, context).map(({ kind, name, place }) => ({
    kind,
    name,
    path: formatPath(place),
  }));
}

/** Where a definition names something outside in full. */
export function placeNames(definition: Definition, context: NamingContext): readonly PlacedName[] {
  const { steps, report, permissions } = definition;
  return [
    ...namesOf(Report, toJson(report ?? {}), ["report"]),
    ...namesOf(Permissions, toJson(permissions ?? {}), ["permissions"]),
    ...placedTriggersOf(definition).flatMap(({ trigger, path }) =>
      namesOf(context.triggerTypes.get(trigger.type)?.config, toJson(trigger), path),
    ),
    ...steps.flatMap((step, index) => namesInStep(step, ["steps", index], context)),
  ];
}

type Path = readonly (string | number)[];

function namesInStep(
  { type: kind, config }: { readonly type: string; readonly config: JsonObject },
  path: Path,
  context: NamingContext,
): readonly PlacedName[] {
  const type = context.stepTypes.get(kind);
  const base = [...path, "config"];
  const inner = (type?.bodiesIn?.(config) ?? []).flatMap((body) => {
    const steps = Array.isArray(body.steps) ? body.steps : [];
    return steps.flatMap((step: Json, index) =>
      isStep(step) ? namesInStep(step, [...base, ...body.path, index], context) : [],
    );
  });
  return [
    ...credentialOf(config, context.services, [...base, "service"]),
    ...namesOf(type?.config, config, base),
    ...namesOf(type?.parametersOf?.(config, context), config, base),
    ...inner,
  ];
}

/** A service that proves itself by a credential of its own names it. */
function credentialOf(
  { service }: JsonObject,
  services: ServiceRegistry,
  place: Path,
): readonly PlacedName[] {
  const name = typeof service === "string" ? services.get(service)?.credential : undefined;
  return name === undefined ? [] : [{ kind: "credential", name, place }];
}

function isStep(value: Json): value is { readonly type: string; readonly config: JsonObject } {
  return isJsonObject(value) && typeof value["type"] === "string" && isJsonObject(value["config"]);
}

function namesOf(schema: z.ZodType | undefined, config: Json, path: Path): readonly PlacedName[] {
  if (!(schema instanceof z.ZodObject) || !isJsonObject(config)) return [];
  return Object.entries(schema.shape).flatMap(([member, type]): readonly PlacedName[] => {
    const trait = externalNames.get(type);
    const place = [...path, member];
    const given = Object.hasOwn(config, member) ? config[member] : undefined;
    if (trait === undefined) {
      const inner = type instanceof z.ZodOptional ? type.def.innerType : type;
      return inner instanceof z.ZodObject ? namesOf(inner, given ?? null, place) : [];
    }
    const { kind, absent } = trait;
    const value = given ?? absent;
    return Array.isArray(value)
      ? value.flatMap((item: unknown, index) => toName(kind, item, [...place, index]))
      : toName(kind, value, place);
  });
}

function toName(kind: NameKind, value: unknown, place: Path): readonly PlacedName[] {
  return typeof value === "string" && !value.includes("{{") ? [{ kind, name: value, place }] : [];
}
