import { createHash } from "node:crypto";
import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import { holdsTemplate, prepareParams } from "../../engine/definition/service-params.ts";
import type { Service, ServiceAction, ServiceContext } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  readOwn,
  readPath,
  toJson,
} from "../../shared/json.ts";
import { plain } from "../../shared/places/place.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import { wording } from "../../shared/wording.ts";
import { showText } from "../action.ts";
import { valueAt } from "../answer-path.ts";
import { linkTo } from "../http/link-header.ts";
import { MAX_CHARACTERS } from "../http/pages.ts";
import type { Connector, ConnectorAction, ConnectorRequest } from "./connector-file.ts";
import { fillJson, fillText, fillUrl, type Values } from "./fill.ts";
import { type ConnectorAnswer, judgeAnswer, statusesOf } from "./judge-answer.ts";

/**
 * The service that a file describes. It sends what it sends by the HTTP service, so that addresses, credentials, redirects, limits
 * and time-outs are guarded there.
 *
 * @param http - `http.request`.
 */
export function createConnectorService(connector: Connector, http: ServiceAction): Service {
  const { name, defaultAction, credential } = connector;
  return {
    name,
    defaultAction,
    ...(credential !== null && { credential }),
    actions: Object.fromEntries(
      Object.entries(connector.actions).map(([id, action]) => [
        id,
        new Connection(connector, action, `${name}.${id}`, http).toAction(),
      ]),
    ),
  };
}

class Connection {
  readonly #connector: Connector;
  readonly #action: ConnectorAction;
  readonly #place: string;
  readonly #http: ServiceAction;

  constructor(connector: Connector, action: ConnectorAction, place: string, http: ServiceAction) {
    this.#connector = connector;
    this.#action = action;
    this.#place = place;
    this.#http = http;
  }

  toAction(): ServiceAction {
    const { summary, schema, card, look } = this.#action;
    const { title, baseUrl } = this.#connector;
    const effect = this.#action.effect ?? this.#action.request.method !== "GET";
    return {
      summary,
      describe: (params) => showCard(card, params),
      outline: (params) =>
        wording`${showCard(card, params)} (${title}, ${showCard(hostOf(baseUrl), params)})`,
      params: z.strictObject(
        Object.fromEntries(
          Object.entries(schema.shape).map(([key, part]) => [key, inPlace(part, plain)]),
        ),
      ),
      counterpart: (params) => this.#host(params),
      sideEffect: effect,
      carriesOut: (params) => holdsTemplate(params),
      onUnknown: this.#onUnknown(effect),
      execute: (params, context) => this.#execute(params, context),
      ...(look !== undefined && { look: (params, context) => this.#look(params, context) }),
    };
  }

  /** Host and port that a call goes to, which a parameter may be part of; `null`: it is no address yet. */
  #host(params: JsonObject): string | null {
    try {
      return new URL(this.#urlOf(this.#action.request, { ...params, paging: {} })).host;
    } catch {
      return null;
    }
  }

  #onUnknown(effect: boolean): ServiceAction["onUnknown"] {
    const { onUnknown, look, idempotencyHeader } = this.#action;
    if (onUnknown !== undefined) return onUnknown;
    if (!effect) return "repeat";
    if (look !== undefined) return "look";
    return idempotencyHeader === undefined ? "ask" : "repeat";
  }

  async #execute(params: JsonObject, context: ServiceContext): Promise<Json> {
    const { request, pages } = this.#action;
    const values = valuesOf(params, context);
    if (pages !== undefined) return this.#readPages(values, context);
    const answer = await this.#send(request, values, context, false);
    return this.#output(answer.data);
  }

  async #look(params: JsonObject, context: ServiceContext): Promise<Json | null> {
    const { look } = this.#action;
    if (look === undefined) return null;
    const values = valuesOf(params, context);
    const answer = await this.#send(look.request, values, context, true);
    const found = findOne(look, answer, values);
    if (found !== undefined) return this.#output(toJson(found), look.output);
    if (look.notFound === "ask") throw this.#uncertain();
    return null;
  }

  #uncertain(): AppError {
    const { title } = this.#connector;
    return new AppError({
      code: "outcome_unknown",
      message: `It is not known whether an earlier try of ${this.#place} had its effect: ${title} does not find it, but may not show at once what is new. Look there, then say so, or retry the run or cancel it.`,
      outcomeUnknown: true,
    });
  }

  /**
   * Reads until there is no other page, or there are more than the connector reads or a run keeps of a step: then the list is not
   * complete, and says so.
   */
  async #readPages(values: Values, context: ServiceContext): Promise<Json> {
    const { request, pages } = this.#action;
    if (pages === undefined) return null;
    const items: Json[] = [];
    let size = 0;
    let at: NextPage = { link: null, paging: {} };
    for (let count = 0; count < pages.max; count += 1) {
      const given = { ...values, paging: at.paging };
      const answer = await this.#send(request, given, context, false, at.link);
      const found = valueAt(answer.data, pages.items);
      const some: readonly Json[] = Array.isArray(found) ? found : [];
      size += JSON.stringify(some).length;
      if (size > MAX_CHARACTERS && count > 0) return { items, complete: false };
      items.push(...some);
      const next = nextPage(pages.next, answer, {
        url: this.#urlOf(request, values),
        read: items.length,
        isEmpty: some.length === 0,
      });
      if (next === null) return { items, complete: true };
      at = next;
    }
    return { items, complete: false };
  }

  async #send(
    request: ConnectorRequest,
    values: Values,
    context: ServiceContext,
    isLook: boolean,
    link: string | null = null,
  ): Promise<ConnectorAnswer> {
    const { failed, retry, done, look } = this.#action;
    const expected = statusesOf(this.#action, isLook);
    const params = {
      ...this.#toParams(request, values),
      ...(link !== null && { url: link, query: {} }),
      ...(expected.length > 0 && { expectStatus: expected }),
    };
    const prepared = prepareParams(this.#place, this.#http, params);
    const answer = toAnswer(await this.#http.execute(prepared, context));
    if (isLook && look?.absent.includes(answer.status)) return answer;
    const rules = { failed, retry, ...(!isLook && { done }) };
    judgeAnswer(answer, rules, this.#connector.title, context.hideSecrets ?? ((text) => text));
    return answer;
  }

  #urlOf({ path }: ConnectorRequest, values: Values): string {
    return fillUrl(this.#connector.baseUrl, path, values);
  }

  #toParams(request: ConnectorRequest, values: Values): JsonObject {
    const { headers: shared, credential } = this.#connector;
    const { method, query = {}, headers: own, body } = request;
    const { idempotencyHeader } = this.#action;
    const filled = body === undefined ? undefined : fillJson(body, values);
    const headers = Object.entries({ ...shared, ...own }).map(([key, text]) => [
      key,
      fillText(text, values),
    ]);
    const key = readOwn(values["idempotency"], "key");
    if (idempotencyHeader !== undefined && typeof key === "string")
      headers.push([idempotencyHeader, key]);
    return {
      ...{ url: this.#urlOf(request, values), method },
      headers: Object.fromEntries(headers.filter(([, text]) => text !== "")),
      query: fillJson(query, values) ?? {},
      ...(filled !== undefined && { body: filled }),
      ...(credential !== null && { auth: { credential } }),
    };
  }

  #output(data: Json, output = this.#action.output): Json {
    if (output === undefined) return data;
    return Object.fromEntries(
      Object.entries(output).map(([name, path]) => [name, toJson(valueAt(data, path) ?? null)]),
    );
  }
}

function valuesOf(params: JsonObject, { idempotencyKey: key }: ServiceContext): Values {
  return { ...params, idempotency: { key, uuid: uuidOf(key) }, paging: {} };
}

/** The same version 4 UUID for the same key, for services that let the caller choose an id. */
function uuidOf(key: string): string {
  const hex = createHash("sha256").update(key).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type Look = NonNullable<ConnectorAction["look"]>;

/** What an earlier attempt did, in the answer to a look; `undefined`: it is not there. */
function findOne({ absent, list, where }: Look, answer: ConnectorAnswer, values: Values): unknown {
  const { status, data } = answer;
  if (absent.includes(status)) return undefined;
  const found = list === undefined ? [data] : valueAt(data, list);
  return Array.isArray(found)
    ? found.find((one: unknown) => isMatch(one, where, values))
    : undefined;
}

function isMatch(one: unknown, where: Look["where"], values: Values): boolean {
  if (where === undefined) return isJsonObject(one);
  const found = valueAt(one, where.path);
  if (where.contains !== undefined)
    return typeof found === "string" && found.includes(fillText(where.contains, values));
  return where.equals === undefined ? isPresent(found) : found === fillText(where.equals, values);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** How the next page is asked for: by its address, or by what templates put into the request. */
interface NextPage {
  readonly link: string | null;
  readonly paging: JsonObject;
}

/** @returns `null` after the last page. */
function nextPage(
  rule: NonNullable<ConnectorAction["pages"]>["next"],
  answer: ConnectorAnswer,
  {
    url,
    read,
    isEmpty,
  }: { readonly url: string; readonly read: number; readonly isEmpty: boolean },
): NextPage | null {
  if ("link" in rule) {
    const link = nextLink(answer, url);
    return link === null ? null : { link, paging: {} };
  }
  if ("offset" in rule) {
    const hasMore = valueAt(answer.data, rule.offset) === true && !isEmpty;
    return hasMore ? { link: null, paging: { offset: read } } : null;
  }
  const cursor = valueAt(answer.data, rule.cursor);
  const hasMore = rule.more === undefined || valueAt(answer.data, rule.more) === true;
  return hasMore && typeof cursor === "string" && cursor !== ""
    ? { link: null, paging: { cursor } }
    : null;
}

function toAnswer(output: Json): ConnectorAnswer {
  const status = readOwn(output, "status");
  const headers = readOwn(output, "headers");
  return {
    status: typeof status === "number" ? status : 0,
    data: toJson(readOwn(output, "data") ?? null),
    headers: isJsonObject(headers) ? headers : {},
  };
}

/** @throws {AppError} for a next page on another host. */
function nextLink({ headers }: ConnectorAnswer, first: string): string | null {
  const next = linkTo("next", headers);
  if (next === undefined) return null;
  const url = URL.parse(next, first);
  if (url !== null && url.origin === new URL(first).origin) return url.href;
  throw new AppError({
    code: "service_rejected",
    message: `The next page is said to be on another host than ${new URL(first).host}, where it is not read.`,
  });
}

/** What a call does, for people; values that are not known yet stand as they are written. */
function showCard(card: string, params: JsonObject): string {
  return parseTemplate(card)
    .parts.map((part) => {
      if (typeof part === "string") return part;
      const value = readPath(params, part);
      return value === undefined ? "…" : showText(toJson(value));
    })
    .join("");
}

function hostOf(baseUrl: string): string {
  return baseUrl.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}
