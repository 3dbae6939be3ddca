import { createContext, Script } from "node:vm";
import { Ajv, type Options, str, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import { AppError, isAppError } from "../../shared/errors.ts";
import { isDeeper, type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import { compileEcmaPattern } from "../language/safe-pattern.ts";
import type { Coerced } from "./coerce.ts";
import { describeErrors } from "./schema-complaints.ts";
import { findSchemaProblems, type SchemaProblem } from "./schema-problems.ts";
import { subschemasOf } from "./subschemas.ts";

/** Characters of a schema as JSON text, and levels of lists and objects within it. */
const MAX_SCHEMA_LENGTH = 50_000;
const MAX_DEPTH = 60;

/**
 * Milliseconds for the check of one value: through references, a small schema can apply itself to the same value billions of
 * times, and `uniqueItems` compares each item with each other.
 */
const CHECK_TIMEOUT_MS = 120;

/** How often a check is tried that took so long because others had the processor. */
const TRIES = 5;

/** Characters of what is said to a model about its value: it is paid for. */
const MAX_COMPLAINT = 700;

/** Names what of a value does not follow the schema, in words for a model; `null`: it follows. */
export type SchemaCheck = (value: Json) => string | null;

type Dialect = new (options: Options) => Ajv;

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["https://json-schema.org/draft/2020-12/schema", Ajv2020],
  ["https://json-schema.org/draft/2019-09/schema", Ajv2019],
  ["http://json-schema.org/draft-07/schema", Ajv],
]);
const [DEFAULT_DIALECT = ""] = DIALECTS.keys();

/** Whether a value follows a schema; the complaint names each place that does not. */
export function checkSchema(value: Json, schema: JsonObject | undefined): Coerced {
  if (schema === undefined) return { ok: true, value };
  const complaint = checkOf(schema)(value);
  return complaint === null ? { ok: true, value } : { ok: false, complaint };
}

const checks = new WeakMap<JsonObject, SchemaCheck>();

function checkOf(schema: JsonObject): SchemaCheck {
  const known = checks.get(schema);
  if (known !== undefined) return known;
  const check = compileSchema(schema);
  if (typeof check !== "function") {
    const [{ message, fix } = { message: "it cannot be read", fix: "" }] = check;
    throw new AppError({
      code: "definition_invalid",
      message: `The "schema" of the step cannot be checked: ${message}. ${fix}`,
    });
  }
  checks.set(schema, check);
  return check;
}

/**
 * The check of a JSON schema of draft 2020-12 (or, if `$schema` says so, 2019-09 or 7), with formats. Patterns take time in
 * proportion to the text, and a check that takes too long ends in a complaint.
 *
 * @returns the check, or what of the schema is wrong or not supported: never an empty list.
 */
export function compileSchema(schema: JsonObject): SchemaCheck | readonly SchemaProblem[] {
  const size = findSizeProblem(schema);
  if (size !== null) return [size];
  const dialect = schema["$schema"] ?? DEFAULT_DIALECT;
  const Dialect = typeof dialect === "string" ? DIALECTS.get(dialect.replace(/#$/, "")) : undefined;
  if (Dialect === undefined) return [unknownDialect(dialect)];
  const problems = findSchemaProblems(schema, judgeOf(Dialect));
  if (problems.length > 0) return problems;
  try {
    // Each schema has an instance of its own: their `$id`s must not meet.
    const check = toCheck(createAjv(Dialect).compile(schema));
    return findEndlessness(check) ?? check;
  } catch (error) {
    return [toProblem(schema, error)];
  }
}

/** What a compilation that failed says of the schema. */
function toProblem(schema: JsonObject, error: unknown): SchemaProblem {
  if (error instanceof RangeError) return ENDLESS;
  const message = error instanceof Error ? error.message : String(error);
  const missing = subschemasOf(schema).find(({ schema: { $ref } }) =>
    message.startsWith(`can't resolve reference ${typeof $ref === "string" ? $ref : ""} from`),
  );
  if (missing === undefined) return { path: [], message, fix: "Correct the schema." };
  return {
    path: [...missing.path, "$ref"],
    message: `${JSON.stringify(missing.schema["$ref"])} leads to nothing within the schema`,
    fix: 'Put what it names under "$defs": nothing is fetched from elsewhere.',
  };
}

const judges = new Map<Dialect, Ajv>();

/** An instance that judges schemas by the schema of their dialect, whose code is made only once. */
function judgeOf(dialect: Dialect): Ajv {
  const judge = judges.get(dialect) ?? createAjv(dialect);
  judges.set(dialect, judge);
  return judge;
}

function createAjv(Dialect: Dialect): Ajv {
  const engine = Object.assign(
    (source: string) => {
      const pattern = compileEcmaPattern(source);
      if (typeof pattern === "string") throw new Error(pattern);
      // Ajv keeps patterns by what `toString` gives.
      return { test: pattern.test, toString: () => source };
    },
    // Only for code that is written to a file, which this is not.
    { code: "" },
  );
  const ajv = new Dialect({
    allErrors: true,
    strict: false,
    validateSchema: false,
    // `constructor` and `toString` are names like any other.
    ownProperties: true,
    // A copy of a large schema at each reference to it could fill the memory.
    inlineRefs: 20,
    logger: false,
    code: { regExp: engine },
  });
  ajvFormats.default(ajv);
  ajv.removeKeyword("multipleOf").addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    validate: isMultiple,
    error: { message: ({ schema }) => str`must be multiple of ${JSON.stringify(schema)}` },
  });
  return ajv;
}

/** 19.99 is a multiple of 0.01, although binary fractions do not divide so. */
function isMultiple(of: number, value: number): boolean {
  const quotient = value / of;
  const rest = Math.abs(quotient - Math.round(quotient));
  return value % of === 0 || rest <= 4 * Number.EPSILON * Math.abs(quotient);
}

function findSizeProblem(schema: JsonObject): SchemaProblem | null {
  const fix = "Describe less of the value, or split the decision.";
  if (isDeeper(schema, MAX_DEPTH)) {
    return { path: [], message: `it is nested more than ${MAX_DEPTH} levels deep`, fix };
  }
  const { length } = JSON.stringify(schema);
  if (length <= MAX_SCHEMA_LENGTH) return null;
  const message = `it has ${length} characters as JSON; at most ${MAX_SCHEMA_LENGTH} are allowed`;
  return { path: [], message, fix };
}

function unknownDialect(dialect: Json): SchemaProblem {
  const known = [...DIALECTS.keys()].join(", ");
  return {
    path: ["$schema"],
    message: `${JSON.stringify(dialect)} is not a dialect that can be checked`,
    fix: `Remove it, or write one of ${known}.`,
  };
}

const sandbox = { task: (): void => undefined };
createContext(sandbox);
const runTask = new Script("task()");

/** Runs code that only computes. @returns `false` when it took too long or called itself without end. */
function finishes(task: () => void): boolean {
  sandbox.task = task;
  for (let left = TRIES; ; left -= 1) {
    const before = process.cpuUsage();
    try {
      runTask.runInContext(sandbox, { timeout: CHECK_TIMEOUT_MS });
      return true;
    } catch (error) {
      if (!isOverrun(error)) throw error;
      const { user, system } = process.cpuUsage(before);
      const isOurs = error instanceof RangeError || (user + system) / 1000 > CHECK_TIMEOUT_MS / 2;
      if (isOurs || left <= 1) return false;
    }
  }
}

function isOverrun(error: unknown): boolean {
  return error instanceof RangeError || readOwn(error, "code") === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

const TOO_LONG = "The check of the value took too long. Answer with a smaller value.";

function toCheck(validate: ValidateFunction): SchemaCheck {
  return (value) => {
    let isValid = false;
    try {
      if (!finishes(() => (isValid = validate(value)))) return TOO_LONG;
    } catch (error) {
      // A text is too long for a pattern.
      if (isAppError(error, "limit_exceeded")) return error.message;
      throw error;
    }
    if (isValid) return null;
    const problems = shorten(describeErrors(validate.errors ?? []).join("; "), MAX_COMPLAINT);
    return `The value does not follow the schema (${problems}). Correct it.`;
  };
}

const ENDLESS: SchemaProblem = {
  path: [],
  message: "its references lead back to themselves, or to the same place too many times",
  fix: "Let each reference stand for a smaller part of the value.",
};

/** A schema that does not come to an end with the smallest values would not with others. */
function findEndlessness(check: SchemaCheck): readonly SchemaProblem[] | null {
  const trials: readonly Json[] = [null, true, 0, "", [], {}];
  if (!trials.some((value) => check(value) === TOO_LONG)) return null;
  return [ENDLESS];
}
