import { endpoints } from "../../src/web/endpoints/index.ts";
import { type Endpoint, EVENT_STREAM } from "../../src/web/http/endpoint.ts";
import { errorsByStatus } from "../../src/web/open-api/answers.ts";
import { createOpenApi, documentedPath } from "../../src/web/open-api/document.ts";
import { type DocumentSchema, typeText } from "./schema-text.ts";

/** Between these lines of `docs/http.md` stands what is made here. */
const BEGIN = "<!-- made from src/web/endpoints by npm run http-reference -->";
const END = "<!-- end -->";

interface Operation {
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: DocumentSchema;
  }[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema?: DocumentSchema }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      { readonly content?: Readonly<Record<string, { readonly schema?: DocumentSchema }>> }
    >
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, DocumentSchema>> };
}

/** The document with its reference as the endpoints are now. @throws {Error} if its marks are missing. */
export function withReference(text: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${BEGIN} … ${END} is missing.`);
  return `${before}${BEGIN}\n\n${reference()}\n\n${END}${after}`;
}

function reference(): string {
  const { paths, components }: Document = JSON.parse(
    JSON.stringify(createOpenApi(Object.values(endpoints), { isClosed: true })),
  );
  const all = Object.values(endpoints).map((endpoint: Endpoint) => {
    const operation = paths[documentedPath(endpoint.path)]?.[endpoint.method.toLowerCase()];
    return operation === undefined ? "" : section(endpoint, operation);
  });
  const shapes = Object.entries(components.schemas)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `**${name}**: \`${typeText(schema)}\``);
  return ["## Endpoints", ...all, "## Shapes", ...shapes].join("\n\n");
}

function section(endpoint: Endpoint, { parameters = [], requestBody, responses }: Operation) {
  const { method, path, summary, description, access } = endpoint;
  const lines = parameters
    .filter((parameter) => parameter.in !== "path")
    .map(({ name, schema, required, description, in: place }) => {
      const by =
        schema.default === undefined ? "" : `; ${JSON.stringify(schema.default)} if absent`;
      const need = required === true ? "; required" : "";
      const text = description === undefined ? "" : `. ${description}`;
      return `- ${place} \`${name}\`: \`${typeText(schema)}\`${need}${by}${text}`;
    });
  if (requestBody !== undefined) lines.push(bodyLine(requestBody));
  const shown = path.replace(/:(\w+)\{\.\+\}/, ":$1…");
  return [
    `### ${method} ${shown}`,
    [summary, description, WHO[access]].filter((text) => text !== undefined).join(" "),
    [...lines, ...answerLines(endpoint, responses)].join("\n"),
  ].join("\n\n");
}

const WHO = {
  token: undefined,
  open: "Open to every caller.",
  own: "Whom it serves is said by the trigger.",
  page: "For people in a browser.",
} as const;

function bodyLine({ content, required }: NonNullable<Operation["requestBody"]>): string {
  const types = Object.keys(content).map((type) => (type === "*/*" ? "any other" : `\`${type}\``));
  const json = content["application/json"]?.schema;
  const shape = json === undefined ? "" : `: \`${typeText(json)}\``;
  return `- body${required === true ? "" : ", may be left out"} (${types.join(", ")})${shape}`;
}

function answerLines(endpoint: Endpoint, responses: Operation["responses"]): readonly string[] {
  const errors = errorsByStatus(endpoint);
  const answered = Object.entries(responses).flatMap(([status, { content = {} }]) => {
    const isError = errors.has(Number(status)) && endpoint.answers[Number(status)] === undefined;
    if (isError || status === "default") return [];
    return [`- \`${status}\`: ${status === "304" ? "it has not changed" : shapesOf(content)}`];
  });
  answered.push(...eventLines(responses["200"]?.content?.[EVENT_STREAM]?.schema));
  if (endpoint.others !== undefined) answered.push(`- any other: ${endpoint.others}`);
  const refused = [...errors].flatMap(([status, codes]) => {
    const named = codes.filter((code) => endpoint.errors.includes(code));
    return named.length === 0 ? [] : [`\`${status}\` ${named.map((c) => `\`${c}\``).join(", ")}`];
  });
  return refused.length === 0 ? answered : [...answered, `- refused with ${refused.join("; ")}`];
}

/** What the events of a stream hold. */
function eventLines({ anyOf = [] }: DocumentSchema = {}): readonly string[] {
  return anyOf.map(({ properties: { event = {}, data = {} } = {} }) => {
    return `- event \`${String(event.const)}\`: \`${typeText(data)}\``;
  });
}

function shapesOf(content: Readonly<Record<string, { readonly schema?: DocumentSchema }>>): string {
  const shapes = Object.entries(content).map(([type, { schema }]) =>
    type === "application/json" && schema !== undefined ? typeText(schema) : type,
  );
  return shapes.map((shape) => `\`${shape}\``).join(" or ");
}
