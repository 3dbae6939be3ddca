import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject, readPath, toJson } from "../../shared/json.ts";
import { parseTemplate } from "../../shared/template-parser.ts";

/** What the templates of a connector stand for: parameters, `idempotency` and `paging`. */
export type Values = JsonObject;

/** A text with its values written in. @param write - how a value is written at this place. */
export function fillText(
  template: string,
  values: Values,
  write: (value: string) => string = (value) => value,
): string {
  return parseTemplate(template)
    .parts.map((part) => (typeof part === "string" ? part : write(textOf(readPath(values, part)))))
    .join("");
}

/** JSON with its values written in. A template alone keeps the type of its value; members without a value are left out. */
export function fillJson(template: Json, values: Values): Json | undefined {
  if (typeof template === "string") {
    const { whole, paths } = parseTemplate(template);
    const [path] = paths;
    if (!whole || path === undefined) return fillText(template, values);
    const value = readPath(values, path);
    return value === undefined ? undefined : toJson(value);
  }
  if (Array.isArray(template))
    return template.flatMap((item: Json) => {
      const filled = fillJson(item, values);
      return filled === undefined ? [] : [filled];
    });
  if (!isJsonObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).flatMap(([key, item]) => {
      const filled = fillJson(item, values);
      return filled === undefined ? [] : [[key, filled]];
    }),
  );
}

/**
 * The address of a request. Every value is one part of it, whatever it holds: it can neither leave its place in the path nor
 * choose a host of another domain.
 *
 * @throws {AppError} `params_invalid` for a value that could.
 */
export function fillUrl(baseUrl: string, path: string, values: Values): string {
  const base = /^(https?:\/\/[^/]+)(.*)$/.exec(baseUrl);
  const [, origin = "", folder = ""] = base ?? [];
  const host = fillText(origin, values, asLabel);
  const segments = `${folder}${path}`.split("/").map((segment) => {
    const filled = fillText(segment, values, (value) => encodeURIComponent(value.toWellFormed()));
    // URL parsers also take %2e for a dot.
    if (segment.includes("{{") && /^(?:\.|%2e){0,2}$/i.test(filled)) throw noPart(segment);
    return filled;
  });
  return `${host}${segments.join("/")}`;
}

/** A part of a host's name, without dots. */
function asLabel(value: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(value)) return value;
  throw new AppError({
    code: "params_invalid",
    message: "A value that is part of a host may have letters, digits and hyphens alone.",
  });
}

function noPart(segment: string): AppError {
  return new AppError({
    code: "params_invalid",
    message: `The value for ${segment} is no part of an address: it is empty, or leads to another place.`,
  });
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
