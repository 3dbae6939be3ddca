import type { Value as SpecValue } from "@bufbuild/cel-spec/cel/expr/value_pb.js";
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from "@bufbuild/cel-spec/testdata/tests.js";
import { isJsonObject, type Json, type JsonObject } from "../../../../src/shared/json.ts";

/** One test of the CEL project, in JSON. */
export interface ConformanceCase {
  /** `section/group/name`. */
  readonly name: string;
  readonly source: string;
  readonly variables: JsonObject;
  /** `undefined`: an error. */
  readonly value: Json | undefined;
}

/** The sections about messages of Protocol Buffers, which expressions here do not have. */
const MESSAGES = /^(?:enums|proto2|proto2_ext|proto3|wrappers)\//;
const MESSAGE =
  /TestAllTypes|NestedEnum|GlobalEnum|google\.protobuf\.(?:\w+\s*\{|Any|Struct|Value|ListValue|\w+Value)|NullValue/;

/** The tests that concern values and not messages or static types. */
export function conformanceCases(): readonly ConformanceCase[] {
  return testsOf(getConformanceSuite(), [])
    .filter(({ name, test }) => !isAboutMessages(name, test))
    .map(({ name, test: { original } }) => {
      const { bindings, expr, resultMatcher } = original;
      const variables = Object.entries(bindings).map(
        ([path, { kind }]) =>
          [path.split("."), kind.case === "value" ? toJson(kind.value) : null] as const,
      );
      return {
        name,
        source: expr,
        variables: nest(variables),
        value: expectedOf(resultMatcher),
      };
    });
}

interface NamedTest {
  readonly name: string;
  readonly test: IncrementalTest;
}

function testsOf(suite: IncrementalTestSuite, path: readonly string[]): readonly NamedTest[] {
  return [
    ...suite.tests.map((test) => ({ name: [...path, test.name].join("/"), test })),
    ...suite.suites.flatMap((inner) => testsOf(inner, [...path, inner.name])),
  ];
}

function isAboutMessages(name: string, { original }: IncrementalTest): boolean {
  const { bindings, checkOnly, container, expr, resultMatcher, typeEnv } = original;
  const kinds = Object.values(bindings).map(
    ({ kind }) => kind.case === "value" && kind.value.kind.case,
  );
  const result = resultMatcher.case === "value" && resultMatcher.value.kind.case;
  return (
    checkOnly ||
    MESSAGES.test(name) ||
    MESSAGE.test(expr) ||
    container.startsWith("cel.expr.conformance.proto") ||
    typeEnv.some(
      ({ declKind }) =>
        declKind.case === "ident" && declKind.value.type?.typeKind.case === "messageType",
    ) ||
    result === "objectValue" ||
    // Variables are JSON, which has neither messages nor bytes.
    kinds.includes("objectValue") ||
    kinds.includes("bytesValue")
  );
}

type Matcher = IncrementalTest["original"]["resultMatcher"];

function expectedOf(matcher: Matcher): Json | undefined {
  if (matcher.case === "value") return toJson(matcher.value);
  if (matcher.case === "typedResult")
    return matcher.value.result === undefined ? null : toJson(matcher.value.result);
  // Without a matcher the result is true.
  return matcher.case === undefined ? true : undefined;
}

/** JSON as a result has it: one kind of number, keys as text, bytes in base64, types by their names. */
function toJson({ kind }: SpecValue): Json {
  switch (kind.case) {
    case "int64Value":
    case "uint64Value":
      return Number(kind.value);
    case "doubleValue":
      // JSON has no negative zero.
      return kind.value + 0;
    case "stringValue":
    case "boolValue":
      return kind.value;
    case "bytesValue":
      return Buffer.from(kind.value).toString("base64");
    case "typeValue":
      return ["int", "uint", "double"].includes(kind.value) ? "number" : kind.value;
    case "listValue":
      return kind.value.values.map(toJson);
    case "mapValue":
      return Object.fromEntries(
        kind.value.entries.map(({ key, value }) => [
          keyText(key),
          value === undefined ? null : toJson(value),
        ]),
      );
    default:
      return null;
  }
}

function keyText(key: SpecValue | undefined): string {
  const { kind } = key ?? {};
  const isText = kind?.case === "stringValue" || kind?.case === "boolValue";
  return isText || kind?.case === "int64Value" || kind?.case === "uint64Value"
    ? String(kind.value)
    : "";
}

/** Variables with points in their names are members here; longer names win over what they are members of. */
function nest(variables: readonly (readonly [readonly string[], Json])[]): JsonObject {
  return variables
    .toSorted(([a], [b]) => a.length - b.length)
    .reduce<JsonObject>((roots, [path, value]) => withMember(roots, path, value), {});
}

function withMember(holder: Json | undefined, path: readonly string[], value: Json): JsonObject {
  const [name = "", ...rest] = path;
  const members = isJsonObject(holder) ? holder : {};
  return {
    ...members,
    [name]: rest.length === 0 ? value : withMember(members[name], rest, value),
  };
}
