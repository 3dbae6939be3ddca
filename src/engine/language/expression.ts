import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { compileTree } from "./cel/compile-tree.ts";
import { invalid } from "./cel/evaluation.ts";
import { Meter } from "./cel/meter.ts";
import { copyResult } from "./cel/values.ts";
import type { Scope } from "./scope.ts";

/** Characters of one expression. */
const MAX_EXPRESSION_LENGTH = 10_000;

/** A CEL expression, ready to be evaluated. */
export interface Expression {
  readonly source: string;
  /** Fixed paths that it reads, bracket forms included: `["stepResults", "classify", "output"]`. Without loop variables. */
  readonly paths: readonly (readonly string[])[];
  /** Fixed paths that it asks for with `has(…)` or reads as optional, `.?`. */
  readonly testedPaths: readonly (readonly string[])[];
  /**
   * The value, as JSON that shares nothing with the scope. Numbers are JSON's: there is one kind, and `/` is real division.
   * Neither clock nor chance has a part in it, and its work is limited.
   *
   * @param meter - for expressions that are evaluated together: their work counts as one.
   * @throws {AppError} `expression_failed` with what and where, `limit_exceeded` for too much work or too large a result.
   */
  evaluate(scope: Scope, meter?: Meter): Json;
}

/** Parses only: evaluation is ours (docs/decisions/0003-cel-numbers.md). */
const parser = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: {
    maxAstNodes: 2000,
    maxDepth: 50,
    maxListElements: 1000,
    maxMapEntries: 1000,
    maxCallArguments: 12,
  },
});

/** The latest ones: a step's expression is compiled to be checked, to be bound and to be executed, one soon after the other. */
const compiled = new LruMap<string, Expression>(256);

/**
 * Compiles a CEL expression.
 *
 * @throws {AppError} `expression_invalid`, saying where and why.
 */
export function compileExpression(source: string): Expression {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    throw invalid(
      `An expression has at most ${MAX_EXPRESSION_LENGTH} characters; this one has ${source.length}.`,
    );
  }
  if (source.trim() === "") throw invalid("The expression is empty.");
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const { evaluate, paths, tested } = compileTree(parse(source), source);
  const expression: Expression = {
    source,
    paths,
    testedPaths: tested,
    evaluate(scope, meter = new Meter()) {
      return copyResult(evaluate({ scope, meter, locals: null }), meter);
    },
  };
  compiled.set(source, expression);
  return expression;
}

function parse(source: string): ASTNode {
  try {
    return parser.parse(source).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new AppError({
      code: "expression_invalid",
      message: inWords(error, source),
      cause: error,
    });
  }
}

function inWords(error: ParseError, source: string): string {
  if (source.includes("{{"))
    return "An expression takes names without braces: write variables.amount, not {{variables.amount}}.";
  if (error.code === "limit_exceeded")
    return "The expression is too large or nested too deep. Split it over several steps.";
  const start = error.range?.start ?? 0;
  const place = `at character ${start + 1}`;
  if (error.code === "unterminated_string")
    return `A text that begins ${place} is not closed by its quote.`;
  if (source.slice(start).trim() === "") return "The expression ends too early.";
  if (error.code === "reserved_identifier") {
    return `The word ${place} is reserved in CEL. Write members in brackets: variables['if'].`;
  }
  const found = String.fromCodePoint(source.codePointAt(start) ?? 32);
  return `The expression cannot be read ${place}, at ${JSON.stringify(found)}: ${adviceFor(source.slice(start))}`;
}

/** What is often meant by what stands where an expression cannot be read. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^=(?!=)/, "write == to compare."],
  [/^===/, "write == to compare; there is no ===."],
  [/^(?:and\b|&)/i, "write && for “and”."],
  [/^(?:or\b|\|)/i, "write || for “or”."],
  [/^(?:not|is)\b/i, "write !x for “not x”, and == to compare."],
  [/^[“”„‘’«»]/u, 'write straight quotes: "text".'],
  [/^<>/, "write != for “is not”."],
  [/^[^\p{ASCII}]/u, "names and signs are plain letters; text stands in quotes."],
];

function adviceFor(rest: string): string {
  const known = ADVICE.find(([pattern]) => pattern.test(rest))?.[1];
  return known ?? "it does not belong there, or something is missing before it.";
}
