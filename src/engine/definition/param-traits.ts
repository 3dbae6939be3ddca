import { z } from "zod";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Markup } from "../../shared/markup.ts";
import { findTemplates } from "../language/template.ts";
import type { NameKind } from "../ports/name-checks.ts";
import type { ServiceAction } from "../ports/service.ts";
import type { ParamProblem } from "./service-params.ts";

/** What the engine must know of a parameter before the action sees it. */
export interface ParamTrait {
  /** What templates put into it is escaped for this markup, what the definition says stays, and secrets are refused. */
  readonly markup?: Markup;
  /** Written in full in the definition, without templates; the text says what to do instead. */
  readonly insteadOfTemplates?: string;
}

/** The traits of parameters: `z.string().optional().register(paramTraits, { markup: "html" })`, on the outermost schema. */
export const paramTraits = z.registry<ParamTrait>();

/** The parameters of an action that hold markup, by name. */
export function markupParams(action: ServiceAction): ReadonlyMap<string, Markup> {
  return new Map(
    Object.entries(action.params.shape).flatMap(([name, type]): [string, Markup][] => {
      const markup = paramTraits.get(type)?.markup;
      return markup === undefined ? [] : [[name, markup]];
    }),
  );
}

/** Templates and secrets where the traits of the parameters do not allow them. */
export function traitProblems(action: ServiceAction, given: JsonObject): readonly ParamProblem[] {
  return Object.entries(action.params.shape).flatMap(([name, type]): ParamProblem[] => {
    const { markup, insteadOfTemplates } = paramTraits.get(type) ?? {};
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) return [];
    if (insteadOfTemplates !== undefined && holdsBraces(value)) {
      return [{ path: [name], message: "may not hold {{…}}", fix: insteadOfTemplates }];
    }
    if (markup !== undefined && holdsSecret(value)) {
      return [{ path: [name], message: "may not hold a secret", fix: "Remove {{secrets.…}}." }];
    }
    return [];
  });
}

function holdsBraces(value: Json): boolean {
  return JSON.stringify(value).includes("{{");
}

/** Templates that cannot be read are reported elsewhere. */
function holdsSecret(value: Json): boolean {
  return findTemplates(value, () => {}).some(({ template }) =>
    template.paths.some((path) => path[0] === "secrets"),
  );
}

/**
 * Members of configurations that name something outside: `z.string().register(externalNames, { kind: "channel" })`, on the
 * outermost schema. A list names several; an absent member means `absent`, if there is that.
 */
export const externalNames = z.registry<{ readonly kind: NameKind; readonly absent?: string }>();
