import type { PartialBody, PartialStep } from "../partial-definition.ts";

/** Something that a body knows by name once one of its steps is over: a result or a variable. */
export interface SymbolSource {
  /** The step that gives it: of the body itself, or inside a step of it. */
  readonly step: PartialStep;
  /** Id of the step of the body after which it is there: the step itself, or the one that joins the bodies around it. */
  readonly after: string;
  /** True when that step never ends well without having given it. */
  readonly isSure: boolean;
}

/** The names that a body knows, those of its steps' bodies after their join included. */
export interface SymbolTable {
  readonly results: ReadonlyMap<string, SymbolSource>;
  /** Variables with everything that writes them. */
  readonly variables: ReadonlyMap<string, readonly SymbolSource[]>;
}

const known = new WeakMap<PartialBody, SymbolTable>();

/**
 * What steps of a body can refer to. A result of an inner body is known under its step's own id where no other step has it:
 * neither of this body nor of another inner one.
 */
export function symbolsOf(body: PartialBody): SymbolTable {
  const names = known.get(body) ?? findNames(body);
  known.set(body, names);
  return names;
}

function findNames(body: PartialBody): SymbolTable {
  const results = new Map<string, SymbolSource>();
  const variables = new Map<string, SymbolSource[]>();
  const shared = new Set<string>();
  for (const step of body.steps) {
    if (step.id === "") continue;
    results.set(step.id, { step, after: step.id, isSure: true });
    const variable = step.config["outputVariable"];
    if (typeof variable === "string")
      add(variables, variable, { step, after: step.id, isSure: true });
  }
  const own = new Set(results.keys());
  for (const { id: after, bodies } of body.steps) {
    // Of what is done for each item nothing is seen from outside but the output.
    for (const inner of bodies.filter(({ item }) => item === undefined)) {
      const names = symbolsOf(inner);
      for (const [id, source] of names.results) {
        if (results.has(id)) shared.add(id);
        else results.set(id, fromOutside(inner, source, after));
      }
      for (const [name, writers] of names.variables)
        for (const writer of writers) add(variables, name, fromOutside(inner, writer, after));
    }
  }
  for (const id of shared) if (!own.has(id)) results.delete(id);
  return { results, variables };
}

/** The same thing seen from the body around: it is there when the step that holds the inner body is over. */
function fromOutside(
  { graph }: PartialBody,
  { step, after, isSure }: SymbolSource,
  holder: string,
): SymbolSource {
  const ends = graph.last.filter((id) => graph.isReachable(id));
  const always = ends.every((end) => end === after || graph.mustPrecede(after, end));
  return { step, after: holder, isSure: isSure && always };
}

function add(variables: Map<string, SymbolSource[]>, name: string, source: SymbolSource): void {
  const writers = variables.get(name);
  if (writers === undefined) variables.set(name, [source]);
  else writers.push(source);
}
