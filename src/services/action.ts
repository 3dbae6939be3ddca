import type { z } from "zod";
import type { ServiceAction, ServiceContext, UnknownPolicy } from "../engine/ports/service.ts";
import { isFileValue } from "../shared/file-value.ts";
import type { Json } from "../shared/json.ts";

/** A parameter as text within a sentence; of a file its name. */
export function showText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (isFileValue(value)) return value.name;
  return JSON.stringify(value ?? "…", (_key, part: Json) => (isFileValue(part) ? part.name : part));
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
