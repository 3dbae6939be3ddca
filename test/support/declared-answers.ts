import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { readOwn } from "../../src/shared/json.ts";
import { endpoints } from "../../src/web/endpoints/index.ts";
import type { Endpoint } from "../../src/web/http/endpoint.ts";
import { errorsByStatus } from "../../src/web/open-api/answers.ts";
import { createOpenApi, documentedPath } from "../../src/web/open-api/document.ts";

/** An answer of the HTTP API as it was received. */
export interface ReceivedAnswer {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

const all: readonly Endpoint[] = Object.values(endpoints);
const document = createOpenApi(all, { isClosed: true });
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ ...document, $id: "api" });

/** Answers where no route was found, or before one was looked for. */
const WITHOUT_ROUTE = new Map([
  [400, ["input_invalid"]],
  // Of pages, to what is no browser.
  [401, ["token_invalid"]],
  [403, ["not_allowed"]],
  [404, ["route_not_found", "execution_not_found", "workflow_not_found"]],
  [405, ["method_not_allowed"]],
  [429, ["rate_limited"]],
  [431, ["input_invalid"]],
]);

/**
 * Holds an answer against what the OpenAPI document says of it.
 *
 * @throws {Error} if status, error code, media type, or any member of the body is not declared.
 */
export function assertDeclared(answer: ReceivedAnswer): void {
  const problem = problemOf(answer);
  if (problem === null) return;
  const { method, target, status, body } = answer;
  throw new Error(
    `${method} ${target} was answered with ${status}, ${problem}. Declare it, or do not send it.\n${body.slice(0, 2000)}`,
  );
}

/**
 * Holds an answer, as the server wrote it, against what the document says of it. What is no answer of the API is left alone: Node's own to
 * what is no request, and Bolt's.
 *
 * @param head - the request up to its body.
 * @throws {Error} as {@link assertDeclared}.
 */
export function assertDeclaredRaw(head: string, answer: string): void {
  const [method = "", target = ""] = head.split(" ", 2);
  const final = answer.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, "");
  const end = final.indexOf("\r\n\r\n");
  const headers = final.slice(0, Math.max(0, end));
  if (!/^x-request-id: req_/im.test(headers)) return;
  assertDeclared({
    method,
    target,
    status: Number(final.slice(9, 12)),
    contentType: /^content-type: (.*)$/im.exec(headers)?.[1]?.trim() ?? null,
    body: final.slice(end + 4),
  });
}

/** What is not declared of an answer; `null`: all is. */
function problemOf(answer: ReceivedAnswer): string | null {
  const { method, target, status } = answer;
  const endpoint = endpointOf(method, target);
  if (endpoint === undefined || status === 431) return problemWithoutRoute(answer);
  const codes = errorsByStatus(endpoint).get(status) ?? [];
  if (isError(answer, codes)) return null;
  if (isFree(endpoint, answer)) return null;
  if (endpoint.answers[status] === undefined)
    return codes.length === 0 ? "a status" : `a code besides ${codes.join(", ")}`;
  return problemOfJson(endpoint, answer);
}

/** Is its body not declared any further? */
function isFree(endpoint: Endpoint, answer: ReceivedAnswer): boolean {
  // It has no body (RFC 9110, 15.4.5).
  if (answer.status === 304) return endpoint.answers[304] !== undefined && answer.body === "";
  return isOfOtherMedia(endpoint, answer) || isOther(endpoint, answer);
}

function problemWithoutRoute(answer: ReceivedAnswer): string | null {
  const { method, status } = answer;
  const isRefusal = isError(answer, WITHOUT_ROUTE.get(status) ?? []);
  const isAllowed = isRefusal || isPage(answer) || (method === "OPTIONS" && status === 204);
  return isAllowed ? null : "although there is no such endpoint";
}

/** Pages are for people: the document of the API does not have them. */
function isPage({ target, contentType, status }: ReceivedAnswer): boolean {
  const isOfApi = /^\/(?:api|webhooks|slack)(?:[/?]|$)/i.test(target);
  return !isOfApi && status < 500 && (contentType?.startsWith("text/html") ?? false);
}

function isOfOtherMedia(
  { media = [] }: Endpoint,
  { status, contentType }: ReceivedAnswer,
): boolean {
  const type = contentType?.split(";", 1)[0] ?? "";
  return status === 200 && (media.includes(type) || media.includes("*/*"));
}

/** An answer that a workflow declares, of any status and type: whatever is no error of the API's own. */
function isOther({ others, answers }: Endpoint, { status, body }: ReceivedAnswer): boolean {
  if (others === undefined || answers[status] !== undefined) return false;
  try {
    return !validateError(JSON.parse(body));
  } catch {
    return true;
  }
}

function problemOfJson(
  endpoint: Endpoint,
  { status, contentType, body, method }: ReceivedAnswer,
): string | null {
  if (!contentType?.startsWith("application/json")) return `as ${contentType}`;
  if (method === "HEAD") return null;
  const validate = validatorOf(endpoint, status);
  if (validate(JSON.parse(body))) return null;
  const [first] = validate.errors ?? [];
  return `in which ${first?.instancePath || "the body"} ${first?.message} ${JSON.stringify(first?.params)}`;
}

const validateError = ajv.compile({ $ref: "api#/components/schemas/Error" });

function isError({ body, method }: ReceivedAnswer, codes: readonly string[]): boolean {
  if (method === "HEAD") return codes.length > 0;
  try {
    const error: unknown = JSON.parse(body);
    return validateError(error) && codes.includes(String(readOwn(error, "code")));
  } catch {
    return false;
  }
}

const validators = new Map<string, ValidateFunction>();

function validatorOf({ id, method, path }: Endpoint, status: number): ValidateFunction {
  const key = `${id} ${status}`;
  const pointer = ["paths", documentedPath(path), method.toLowerCase(), "responses", `${status}`]
    .concat(["content", "application/json", "schema"])
    .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
    .join("/");
  const validate = validators.get(key) ?? ajv.compile({ $ref: `api#/${pointer}` });
  validators.set(key, validate);
  return validate;
}

/** Patterns of the paths, those with the fewest names first, as the server has it. */
const patterns = all
  .map((endpoint) => ({
    endpoint,
    names: endpoint.path.split("/:").length + (endpoint.path.endsWith("}") ? 100 : 0),
    pattern: new RegExp(
      `^${endpoint.path.replace(/:\w+(\{\.\+\})?/g, (_all, rest) => (rest ? ".+" : "[^/]+"))}/?$`,
    ),
  }))
  .toSorted((a, b) => a.names - b.names);

function endpointOf(method: string, target: string): Endpoint | undefined {
  const path = (target.split("?", 1)[0] ?? "").replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w.-]/.test(character) ? character : escape;
  });
  const wanted = method === "HEAD" ? "GET" : method;
  return patterns.find(({ endpoint, pattern }) => endpoint.method === wanted && pattern.test(path))
    ?.endpoint;
}
