import type { z } from "zod";
import type { ServiceAction, ServiceContext, UnknownPolicy } from "../engine/ports/service.ts";
import type { Json } from "../shared/json.ts";

/** A parameter as text within a sentence. */
export function showText(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "…");
}

/** Defines an action whose functions get parameters parsed by its schema. */
export function defineAction<Params extends z.ZodObject>(
  parts: Omit<ServiceAction, "params" | "onUnknown" | "execute" | "look"> & {
    readonly params: Params;
    readonly onUnknown: UnknownPolicy | ((params: z.output<Params>) => UnknownPolicy);
    readonly execute: (params: z.output<Params>, context: ServiceContext) => Promise<Json>;
    readonly look?: (params: z.output<Params>, context: ServiceContext) => Promise<Json | null>;
  },
): ServiceAction {
  const { params: schema, onUnknown, execute, look, ...rest } = parts;
  return {
    ...rest,
    params: schema,
    onUnknown:
      typeof onUnknown === "function" ? (params) => onUnknown(schema.parse(params)) : onUnknown,
    execute: async (params, context) => execute(schema.parse(params), context),
    ...(look && { look: async (params, context) => look(schema.parse(params), context) }),
  };
}
