import fc from "fast-check";
import type { Json } from "../../../src/shared/json.ts";
import { endpoints } from "../../../src/web/endpoints/index.ts";
import { createOpenApi } from "../../../src/web/open-api/document.ts";
import { type OddRequest, safely } from "./http-requests.ts";
import { mutate, mutations } from "./mutate.ts";
import { oddJson, oddText } from "./odd-values.ts";
import { fromSchema, type Schema } from "./schema-values.ts";
import { API_TOKEN } from "./stage.ts";

/** What parameters of these names, or of these names in paths of a kind, stand for in the world of the fuzzer; `RUN` stands for a run that there is. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  "workflows id": ["ask", "echo", "judge", "every-input", "patience"],
  "executions id": ["RUN"],
  "templates id": ["expense-approval", "ticket-triage"],
  "prompts name": ["tone"],
  ref: [`sha256:${"0".repeat(64)}`],
  path: ["echo", "every", "judge", "say"],
  workflowId: ["ask", "echo"],
  executionId: ["RUN"],
  step: ["say", "topic"],
};

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schemas by media type. */
  readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
}

const document: Readonly<Record<string, unknown>> = JSON.parse(
  JSON.stringify(createOpenApi(Object.values(endpoints))),
);
const paths = document["paths"] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const operations: readonly Operation[] = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, value]) => {
    const { parameters = [], requestBody } = value as {
      readonly parameters?: readonly Parameter[];
      readonly requestBody?: Pick<Operation, "content">;
    };
    return { method: method.toUpperCase(), path, parameters, content: requestBody?.content ?? {} };
  }),
);

/** How far a request is from what the document says. */
type Kind = "valid" | "nearly valid" | "hostile";

/**
 * Requests made from the OpenAPI document: as it says, with one thing that is not as it says, and with anything in every place.
 */
export const apiRequest: fc.Arbitrary<OddRequest> = fc
  .tuple(
    fc.constantFrom(...operations),
    fc.constantFrom<Kind>("valid", "nearly valid", "nearly valid", "hostile"),
  )
  .chain(([operation, kind]) =>
    fc
      .tuple(parametersOf(operation, kind), bodyOf(operation, kind))
      .map(([parameters, { type, body }]) => toRequest(operation, parameters, type, body)),
  );

type Given = readonly (readonly [Parameter, string])[];

function parametersOf({ parameters, path }: Operation, kind: Kind): fc.Arbitrary<Given> {
  const all = parameters.map((parameter) =>
    fc
      .tuple(
        parameter.required === true ? fc.constant(true) : fc.boolean(),
        valueOf(path, parameter, kind),
      )
      .map(([isGiven, value]) => (isGiven ? ([[parameter, value]] as const) : [])),
  );
  return fc.tuple(...all).map((given) => given.flat());
}

function valueOf(path: string, { name, schema }: Parameter, kind: Kind): fc.Arbitrary<string> {
  const known = KNOWN[`${path.split("/")[2]} ${name}`] ?? KNOWN[name];
  const right =
    known === undefined
      ? fromSchema(schema, document).map((value) =>
          typeof value === "string" ? value : JSON.stringify(value),
        )
      : fc.constantFrom(...known);
  if (kind === "valid") return right;
  const odd = oddText.filter((text) => text !== "");
  return kind === "hostile" ? fc.oneof(odd, right) : fc.oneof({ weight: 5, arbitrary: right }, odd);
}

interface Body {
  readonly type: string | null;
  readonly body: string;
}

function bodyOf({ content }: Operation, kind: Kind): fc.Arbitrary<Body> {
  const types = Object.entries(content);
  if (types.length === 0) return fc.constant({ type: null, body: "" });
  return fc.constantFrom(...types).chain(([type, { schema = {} }]) => {
    const right =
      type === "application/json"
        ? fromSchema(schema, document).map((value) => JSON.stringify(value))
        : fc.constantFrom("", "note=hello&amount=3", "--x\r\n\r\n--x--", "text");
    const media = type === "*/*" ? "application/pdf" : type;
    if (kind === "valid") return right.map((body) => ({ type: media, body }));
    const changed = fc
      .tuple(fromSchema(schema, document), mutations)
      .map(([value, all]) => JSON.stringify(mutate(value, all)));
    const hostile = oddJson.map((value: Json) => JSON.stringify(value));
    return fc.record({
      type: fc.constantFrom(media, media, media, null, "text/plain", "multipart/form-data"),
      body: kind === "hostile" ? fc.oneof(hostile, changed, oddText) : fc.oneof(changed, right),
    });
  });
}

function toRequest(
  { method, path }: Operation,
  parameters: Given,
  type: string | null,
  text: string,
): OddRequest {
  const of = (place: string): Given => parameters.filter(([parameter]) => parameter.in === place);
  const filled = of("path").reduce(
    (so, [{ name }, value]) => so.replace(`{${name}}`, () => safely(value)),
    path,
  );
  const query = of("query")
    .map(([{ name }, value]) => `${name}=${safely(value)}`)
    .join("&");
  const body = Buffer.from(text);
  const head = [
    `${method} ${filled}${query === "" ? "" : `?${query}`} HTTP/1.1`,
    "Host: localhost",
    `Authorization: Bearer ${API_TOKEN}`,
    ...of("header").map(([{ name }, value]) => `${name}: ${value.replace(/[\r\n]/g, "")}`),
    ...(type === null ? [] : [`Content-Type: ${type}`]),
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  return { head: `${head.join("\r\n")}\r\n\r\n`, body, isBroken: false };
}
