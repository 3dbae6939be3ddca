import { isJsonObject } from "../../json.ts";

type Members = Readonly<Record<string, string>>;

const TYPES: Readonly<Record<string, string>> = {
  s: "string",
  n: "number",
  b: "boolean",
  o: "object",
  l: "list",
};

/**
 * Walks a value along the facts of a sample.
 *
 * @returns for each member that the sample does not have its path, and for each of another type the path and both types. Null
 * has no type: samples leave out what was null.
 */
export function differences(value: unknown, facts: string): readonly string[] {
  const objects = new Map(facts.trim().split("\n").map(readLine));
  const found = new Set<string>();
  walk(value, "", objects, found);
  return [...found];
}

function readLine(line: string): readonly [string, Members] {
  const [path = "", members = ""] = line.trim().split(/:\s*/);
  const pairs = members.split(" ").map((member) => member.split("="));
  return [path === "." ? "" : path, Object.fromEntries(pairs)];
}

function walk(
  value: unknown,
  path: string,
  objects: ReadonlyMap<string, Members>,
  found: Set<string>,
): void {
  const members = objects.get(path);
  if (members === undefined || !isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`;
    const known = Object.hasOwn(members, name) ? members[name] : undefined;
    if (known === undefined) found.add(at);
    else if (!fits(member, known)) found.add(`${at} is ${typeOf(member)}, not ${TYPES[known]}`);
    else if (Array.isArray(member)) for (const one of member) walk(one, `${at}[]`, objects, found);
    else walk(member, at, objects, found);
  }
}

function fits(value: unknown, known: string): boolean {
  return value === null || value === undefined || known === "*" || typeOf(value) === TYPES[known];
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}
