import { z } from "zod";
import "../../shared/schema-words.ts";
import { anyJson } from "../../shared/any-json.ts";
import { CREDENTIAL_NAME } from "../../shared/credential-values.ts";
import { isAppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, toJson } from "../../shared/json.ts";
import { parseTemplate } from "../../shared/template-parser.ts";

const Name = z.string().regex(/^[a-z][A-Za-z0-9-]{0,39}$/, "a name such as createIssue");
const Text = z.string().min(1).max(500);
const Address = z.url({ protocol: /^https?$/, error: "a URL" });
const Status = z.int().min(100).max(599);

/** Where a value stands in an answer: names and positions with dots between; empty for the whole. */
const Path = z
  .string()
  .regex(/^(?:[\w$-]+(?:\.[\w$-]+)*)?$/, "names with dots between, such as data.issue.id");

const Request = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  path: z.string().regex(/^\/[^?#\\]*$/, "a path that begins with / and has no query"),
  query: z.record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()])).optional(),
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string()).optional(),
  body: anyJson().optional(),
});

/** What makes an answer one that may be different later: all that is given has to fit. */
const Retry = z.strictObject({
  status: z.array(Status).min(1).optional(),
  header: z.strictObject({ name: z.string().min(1), equals: z.string().optional() }).optional(),
  where: z.strictObject({ path: Path, equals: z.string() }).optional(),
  /** Header that says when: seconds since 1970. `Retry-After` is read anyway. */
  until: z.string().min(1).optional(),
});

const Look = z.strictObject({
  request: Request,
  /** The list in which the one is looked for; absent: the answer itself is the one. */
  list: Path.optional(),
  where: z
    .strictObject({ path: Path, equals: z.string().optional(), contains: z.string().optional() })
    .optional(),
  /** The answer of a service that does not know it. @default 404 */
  absent: z.array(Status).default([404]),
  /** Where it is not found: `ask` if the service may not show at once what is new, so that nothing is done twice. */
  notFound: z.enum(["repeat", "ask"]).default("repeat"),
  /** Where what the action gives stands in the one that was found. @default as in the answer of the action */
  output: z.record(z.string().min(1), Path).optional(),
});

const Pages = z.strictObject({
  items: Path,
  next: z.union([
    z.strictObject({ link: z.literal(true) }),
    /** `more`: says whether there is another page; absent: while there is a cursor. */
    z.strictObject({ cursor: Path, more: Path.optional() }),
    z.strictObject({ offset: Path }),
  ]),
  max: z.int().min(1).max(100).default(10),
});

const Action = z.strictObject({
  summary: Text,
  docs: Address,
  params: z.custom<Json>(isJsonObject, "a JSON schema of an object"),
  request: Request,
  /** Does it change something? @default any method but GET does */
  effect: z.boolean().optional(),
  onUnknown: z.enum(["repeat", "look", "ask"]).optional(),
  idempotencyHeader: z
    .string()
    .regex(/^[\w-]+$/)
    .optional(),
  done: z.strictObject({ status: z.array(Status).min(1) }).optional(),
  failed: z.strictObject({ path: Path, message: Path.optional() }).optional(),
  retry: z.array(Retry).optional(),
  look: Look.optional(),
  pages: Pages.optional(),
  output: z.record(z.string().min(1), Path).optional(),
  card: Text,
});

const Connector = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "a name such as github"),
  title: Text,
  docs: Address,
  baseUrl: z
    .string()
    .regex(/^https?:\/\/[^/?#\\@]+(?:\/[^?#\\]*[^/?#\\])?$/, "an address without / at its end"),
  credential: z.string().regex(CREDENTIAL_NAME, "a credential's name such as github").nullable(),
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string()).optional(),
  defaultAction: Name,
  actions: z
    .record(Name, Action)
    .refine((actions) => Object.keys(actions).length > 0, "at least one action"),
});

export type ConnectorRequest = z.output<typeof Request>;
export type ConnectorAction = z.output<typeof Action> & { readonly schema: z.ZodObject };
export type Connector = Omit<z.output<typeof Connector>, "actions"> & {
  readonly actions: Readonly<Record<string, ConnectorAction>>;
};

/** What templates may name besides the parameters. */
const ALWAYS = ["idempotency.key", "idempotency.uuid"] as const;
const PAGED = ["paging.cursor", "paging.offset"] as const;
const RESERVED = new Set([
  ...["idempotency", "paging", "secrets"],
  // Members of a step beside its parameters.
  ...["service", "action", "outputVariable"],
]);

/**
 * Reads the description of a service.
 *
 * @returns its problems, each with the place in the document, where it cannot be used.
 */
export function readConnector(
  source: Json,
): { readonly connector: Connector } | { readonly problems: readonly string[] } {
  const parsed = Connector.safeParse(source);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(
        ({ path, message }) => `${path.map(String).join(".") || "the file"}: ${message}`,
      ),
    };
  }
  const { actions: given, ...rest } = parsed.data;
  const problems: string[] = [];
  const actions: Record<string, ConnectorAction> = {};
  for (const [name, action] of Object.entries(given)) {
    const place = `actions.${name}`;
    const schema = readParams(action.params, `${place}.params`, problems);
    if (schema === null) continue;
    const own = { ...action, schema };
    actions[name] = own;
    problems.push(...actionProblems(own, place), ...templateProblems(rest, own, place));
  }
  if (!Object.hasOwn(given, rest.defaultAction))
    problems.push(`defaultAction: there is no action "${rest.defaultAction}"`);
  return problems.length > 0 ? { problems } : { connector: { ...rest, actions } };
}

function readParams(params: Json, place: string, problems: string[]): z.ZodObject | null {
  let schema: unknown;
  try {
    schema = z.fromJSONSchema({ ...Object(params), additionalProperties: false });
  } catch (error) {
    problems.push(
      `${place}: is no JSON schema that can be used: ${error instanceof Error ? error.message : ""}`,
    );
    return null;
  }
  if (!(schema instanceof z.ZodObject)) {
    problems.push(`${place}: must be the schema of an object ("type": "object", "properties": …)`);
    return null;
  }
  const taken = Object.keys(schema.shape).filter((name) => RESERVED.has(name));
  for (const name of taken) problems.push(`${place}.properties.${name}: this name is taken`);
  return schema;
}

function actionProblems(action: ConnectorAction, place: string): readonly string[] {
  const { onUnknown, look, output, pages } = action;
  return [
    ...(onUnknown === "look" && look === undefined
      ? [`${place}.onUnknown: "look" needs "look", which says where`]
      : []),
    ...(output !== undefined && pages !== undefined
      ? [`${place}.output: an action with pages gives its items`]
      : []),
  ];
}

/** Names in templates that stand for nothing, and optional ones where a value must stand. */
function templateProblems(
  { baseUrl, headers }: Pick<Connector, "baseUrl" | "headers">,
  { schema, request, look, pages, card }: ConnectorAction,
  place: string,
): readonly string[] {
  const params = Object.keys(schema.shape);
  const required = params.filter((name) => !isOptional(schema.shape[name]));
  const check = (
    value: Json | undefined,
    at: string,
    roots: readonly string[],
    extra: readonly string[],
  ) => textsIn(value, at).flatMap(([text, where]) => nameProblems(text, where, roots, extra));
  const paged = pages === undefined ? ALWAYS : [...ALWAYS, ...PAGED];
  const requests = [
    [request, `${place}.request`, paged] as const,
    ...(look === undefined ? [] : [[look.request, `${place}.look.request`, ALWAYS] as const]),
  ];
  return [
    ...check(baseUrl, "baseUrl", required, []),
    ...check(headers, "headers", params, []),
    ...check(card, `${place}.card`, params, []),
    ...check(toJson(look?.where), `${place}.look.where`, params, ALWAYS),
    ...requests.flatMap(([{ path, query, headers: own, body }, at, extra]) => [
      ...check(path, `${at}.path`, required, ALWAYS),
      ...check(query, `${at}.query`, params, extra),
      ...check(own, `${at}.headers`, params, extra),
      ...check(body, `${at}.body`, params, extra),
    ]),
  ];
}

function nameProblems(
  text: string,
  where: string,
  roots: readonly string[],
  extra: readonly string[],
): readonly string[] {
  try {
    return parseTemplate(text).paths.flatMap((path) => {
      const name = path.join(".");
      if (roots.includes(path[0] ?? "") || extra.includes(name)) return [];
      return [
        `${where}: {{${name}}} is no ${roots.length === 0 ? "value" : "parameter"} that always has a value here; known: ${[...roots, ...extra].join(", ")}`,
      ];
    });
  } catch (error) {
    return [`${where}: ${isAppError(error) ? error.message : "cannot be read"}`];
  }
}

function isOptional(schema: z.core.$ZodType | undefined): boolean {
  return schema instanceof z.ZodOptional;
}

/** Every text in a value, names of members included, with its place. */
function textsIn(value: unknown, at: string): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[value, at]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, `${at}.${key}`));
}
