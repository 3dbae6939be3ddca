import { z } from "zod";

/** A schema without what makes it optional, gives it a default or changes its output. */
export function bareSchema(schema: z.core.$ZodType): z.core.$ZodType {
  let bare = schema;
  for (;;) {
    if (bare instanceof z.ZodPipe) bare = bare.in;
    else if (
      bare instanceof z.ZodOptional ||
      bare instanceof z.ZodDefault ||
      bare instanceof z.ZodNullable
    ) {
      bare = bare.def.innerType;
    } else return bare;
  }
}

/** The schemas of a member of an object or a list, or of an item: several where a union has several that hold one. */
export function memberSchemas(schema: z.core.$ZodType, key: string): readonly z.core.$ZodType[] {
  const bare = bareSchema(schema);
  if (bare instanceof z.ZodObject) {
    const { shape }: { readonly shape: Readonly<Record<string, z.core.$ZodType>> } = bare;
    const member = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return member ? [member] : [];
  }
  if (bare instanceof z.ZodArray) return [bare.element];
  if (bare instanceof z.ZodRecord) return [bare.valueType];
  if (bare instanceof z.ZodUnion) return bare.options.flatMap((one) => memberSchemas(one, key));
  return [];
}
