/**
 * Replaces `vitest` when a mutant of the pure core is tested: the same `expect`, and tests that are
 * only registered. Vitest itself would start a worker and reload every module for each of some
 * fifteen hundred mutants, which takes hours.
 */
import { format } from "node:util";

export { expect } from "vitest";

/** A registered test. */
export interface NotedTest {
  /** Prefixed with the names of its groups. */
  readonly name: string;
  readonly run: () => unknown;
}

type Body = (...values: never[]) => unknown;
type Register = (name: string, run: () => unknown) => void;

const noted: NotedTest[] = [];
const around: string[] = [];

/** The tests registered since the last call. */
export function takeNoted(): readonly NotedTest[] {
  return noted.splice(0);
}

/** A name with its `$member`s and `%s` filled in. */
function nameOf(name: string, values: readonly unknown[]): string {
  const members = new Map(Object.entries(values[0] ?? {}));
  const filled = name.replaceAll(/\$(\w+)/g, (as, member) => String(members.get(member) ?? as));
  return format(filled, ...values.slice(0, filled.match(/%[a-z]/g)?.length ?? 0));
}

/** `each` gives a body the members of a row one by one, `for` gives it the row. */
function withRows(register: Register) {
  const over =
    (isSpread: boolean) =>
    (rows: readonly unknown[]) =>
    (name: string, body: Body): void => {
      for (const row of rows) {
        const values: readonly unknown[] = Array.isArray(row) ? row : [row];
        const given = isSpread ? values : [row];
        register(nameOf(name, values), () => Reflect.apply(body, undefined, given));
      }
    };
  return Object.assign(register, { each: over(true), for: over(false) });
}

export const describe = withRows((name, run) => {
  around.push(name);
  run();
  around.pop();
});

export const test = withRows((name, run) => {
  noted.push({ name: [...around, name].join(" > "), run });
});
