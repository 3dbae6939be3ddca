import { editDistance } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { shorten } from "../../shared/shorten.ts";
import type { Endpoint } from "./endpoint.ts";

/** @param methods - those that the path has. */
export function wrongMethod(method: string, path: string, methods: readonly string[]): AppError {
  return new AppError({
    code: "method_not_allowed",
    message: `${method} is not possible on ${shorten(path, 200)}. Use ${methods.join(" or ")}.`,
    details: { allow: allowHeader(methods) },
  });
}

/** The value of the header `Allow`. */
export function allowHeader(methods: readonly string[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

const MAX_SUGGESTIONS = 3;

/** Suggests similar routes: a wrong path is the most common mistake. */
export function unknownRoute(
  method: string,
  path: string,
  endpoints: readonly Endpoint[],
): AppError {
  const segments = path.split("/").slice(1, 10);
  const near = endpoints
    .map((endpoint) => ({ endpoint, distance: routeDistance(segments, endpoint) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ endpoint }) => `${endpoint.method} ${endpoint.path.replace(/\{[^}]*\}/g, "")}`);
  return new AppError({
    code: "route_not_found",
    message: `There is no ${method} ${shorten(path, 200)}. Near it: ${near.join(", ")}.`,
    details: { near },
  });
}

/** Letters to change; a missing or surplus segment counts as four. */
function routeDistance(segments: readonly string[], { path }: Endpoint): number {
  const parts = path.split("/").slice(1);
  let distance = Math.abs(parts.length - segments.length) * 4;
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment === undefined) continue;
    distance += part.startsWith(":") ? 1 : editDistance(part, segment.slice(0, 80));
  }
  return distance;
}
