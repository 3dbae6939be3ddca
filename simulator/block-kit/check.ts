import { isJsonObject, type JsonObject, member } from "../json.ts";

/** A problem in Slack's form, and its place: a JSON pointer. */
export interface Problem {
  readonly message: string;
  readonly pointer: string;
}

/** Checks one value and adds its problems. */
export type Check = (value: unknown, pointer: string, problems: Problem[]) => void;

/** Text of a length. */
export function text(limits: { readonly max: number; readonly min?: number }): Check {
  const min = limits.min ?? 1;
  return (value, pointer, problems) => {
    if (typeof value !== "string") problems.push({ message: "must be a string", pointer });
    else if (value.length > limits.max) {
      problems.push({ message: `must be less than ${limits.max + 1} characters`, pointer });
    } else if (value.length < min) {
      problems.push({ message: `must be more than ${min - 1} characters`, pointer });
    }
  };
}

/** Text of a form. */
export function pattern(form: RegExp, description: string): Check {
  return (value, pointer, problems) => {
    if (typeof value !== "string" || !form.test(value)) {
      problems.push({ message: `must be ${description}`, pointer });
    }
  };
}

export const flag: Check = (value, pointer, problems) => {
  if (typeof value !== "boolean") problems.push({ message: "must be a boolean", pointer });
};

/** A whole number within bounds. */
export function integer(min: number, max: number): Check {
  return (value, pointer, problems) => {
    if (typeof value !== "number" || !Number.isInteger(value)) {
      problems.push({ message: "must be an integer", pointer });
    } else if (value < min || value > max) {
      problems.push({ message: `must be between ${min} and ${max}`, pointer });
    }
  };
}

export const number: Check = (value, pointer, problems) => {
  if (typeof value !== "number") problems.push({ message: "must be a number", pointer });
};

/** One of some texts or numbers. */
export function oneOf(...allowed: readonly (string | number)[]): Check {
  return (value, pointer, problems) => {
    if (!allowed.some((one) => one === value)) {
      problems.push({ message: `must be one of: ${allowed.join(", ")}`, pointer });
    }
  };
}

/** A list with a number of items, each checked. */
export function list(
  item: Check,
  limits: { readonly max?: number; readonly min?: number; readonly unique?: boolean } = {},
): Check {
  const { max = Number.POSITIVE_INFINITY, min = 1, unique = false } = limits;
  return (value, pointer, problems) => {
    if (!Array.isArray(value)) {
      problems.push({ message: "must be an array", pointer });
      return;
    }
    if (value.length > max) {
      problems.push({ message: `no more than ${max} items allowed`, pointer });
    }
    if (value.length < min) {
      problems.push({ message: `no less than ${min} items allowed`, pointer });
    }
    if (unique && new Set(value).size < value.length) {
      problems.push({ message: "must have unique items", pointer });
    }
    for (const [index, one] of value.entries()) item(one, `${pointer}/${index}`, problems);
  };
}

/** The members of an object: those that must be there, those that may, and nothing else. */
export interface Shape {
  readonly required?: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
  /** Rules between members. */
  readonly also?: (value: JsonObject, pointer: string, problems: Problem[]) => void;
}

export function shape({ required = {}, optional = {}, also }: Shape): Check {
  const known: Readonly<Record<string, Check>> = { ...required, ...optional };
  return (value, pointer, problems) => {
    if (!isJsonObject(value)) {
      problems.push({ message: "must be an object", pointer });
      return;
    }
    for (const name of Object.keys(required)) {
      if (member(value, name) === undefined) {
        problems.push({ message: `missing required field: ${name}`, pointer });
      }
    }
    for (const [name, part] of Object.entries(value)) {
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      if (check !== undefined) check(part, `${pointer}/${name}`, problems);
      else if (name !== "type") {
        problems.push({ message: `invalid additional property: ${name}`, pointer });
      }
    }
    also?.(value, pointer, problems);
  };
}

/** An object whose `type` says which of several shapes it has. */
export function typed(checks: Readonly<Record<string, Check>>, what: string): Check {
  return (value, pointer, problems) => {
    const type = member(value, "type");
    if (typeof type !== "string") {
      problems.push({ message: "missing required field: type", pointer });
      return;
    }
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined;
    if (check === undefined)
      problems.push({ message: `unsupported type: ${type}`, pointer: `${pointer}/${what}` });
    else check(value, pointer, problems);
  };
}

/** A check that refers to one defined later. */
export function lazy(get: () => Check): Check {
  return (value, pointer, problems) => get()(value, pointer, problems);
}

/** Exactly one of the members must be there. */
export function exactlyOne(...names: readonly string[]): NonNullable<Shape["also"]> {
  return (value, pointer, problems) => {
    const present = names.filter((name) => member(value, name) !== undefined);
    if (present.length !== 1) {
      problems.push({ message: `must have exactly one of: ${names.join(", ")}`, pointer });
    }
  };
}

/** At least one of the members must be there. */
export function atLeastOne(...names: readonly string[]): NonNullable<Shape["also"]> {
  return (value, pointer, problems) => {
    if (!names.some((name) => member(value, name) !== undefined)) {
      problems.push({ message: `must have at least one of: ${names.join(", ")}`, pointer });
    }
  };
}
