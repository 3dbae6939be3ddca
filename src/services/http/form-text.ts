import type { Json } from "../../shared/json.ts";

/**
 * An object or a list as a form (`application/x-www-form-urlencoded`), as PHP and Rails read it: a member of a member is
 * `outer[inner]`, an item of a list `list[]`, or `list[0][inner]` in a list that holds objects or lists. Null is left out.
 */
export function toFormText(value: Json): string {
  const form = new URLSearchParams();
  const add = (value: Json, name: string): void => {
    if (value === null) return;
    if (typeof value !== "object") {
      form.append(name, String(value));
      return;
    }
    const isFlat = Array.isArray(value) && name !== "" && !value.some(isNested);
    for (const [key, member] of Object.entries(value)) {
      const part = isFlat ? "" : key;
      add(member, name === "" ? part : `${name}[${part}]`);
    }
  };
  add(value, "");
  return form.toString();
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
