import { editDistance } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { shorten } from "../../shared/shorten.ts";
import type { Route } from "./route.ts";

export interface Match {
  readonly route: Route;
  readonly params: ReadonlyMap<string, string>;
}

export interface Router {
  /**
   * The route for a method and a path; `HEAD` finds `GET`.
   *
   * @throws {AppError} `input_invalid` (bad percent encoding), `route_not_found` (`details.near`:
   *   similar routes), `method_not_allowed` (`details.allow`: the value of the `Allow` header).
   */
  find(method: string, path: string): Match;
}

/** Matches routes by the segments of their path; a fixed segment wins over a named one. */
export function createRouter(routes: readonly Route[]): Router {
  return {
    find(method, path) {
      const segments = splitPath(path);
      const matches = routes
        .map((route) => ({ route, params: matchPath(route.path, segments) }))
        .filter((match): match is Match => match.params !== null)
        .sort((a, b) => a.params.size - b.params.size);
      const wanted = method === "HEAD" ? "GET" : method;
      const match = matches.find(({ route }) => route.method === wanted);
      if (match !== undefined) return match;
      throw matches.length > 0
        ? wrongMethod(method, path, matches)
        : unknownRoute(method, path, routes);
    },
  };
}

function splitPath(path: string): readonly string[] {
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  try {
    return trimmed.split("/").slice(1).map(decodeURIComponent);
  } catch {
    throw new AppError({
      code: "input_invalid",
      message: "The address holds a “%” that begins no valid character. Encode the ids in it.",
    });
  }
}

function matchPath(
  pattern: string,
  segments: readonly string[],
): ReadonlyMap<string, string> | null {
  const parts = pattern.split("/").slice(1);
  const isOpenEnded = parts.at(-1) === "*" && segments.length >= parts.length;
  if (isOpenEnded) parts.pop();
  else if (parts.length !== segments.length) return null;
  const params = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith(":") && segment !== "") params.set(part.slice(1), segment);
    else if (part !== segment) return null;
  }
  return params;
}

function wrongMethod(method: string, path: string, matches: readonly Match[]): AppError {
  const methods = matches.map(({ route }) => route.method);
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  return new AppError({
    code: "method_not_allowed",
    message: `${method} is not possible on ${shorten(path, 200)}. Use ${methods.join(" or ")}.`,
    details: { allow },
  });
}

const MAX_SUGGESTIONS = 3;

/** Suggests similar routes: the API has no index, and a wrong path is the most common mistake. */
function unknownRoute(method: string, path: string, routes: readonly Route[]): AppError {
  const segments = path.split("/").slice(1, 10);
  const near = routes
    .map((route) => ({ route, distance: routeDistance(segments, route) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ route }) => `${route.method} ${route.path}`);
  return new AppError({
    code: "route_not_found",
    message: `There is no ${method} ${shorten(path, 200)}. Near it: ${near.join(", ")}.`,
    details: { near },
  });
}

/** Letters to change; a missing or surplus segment counts as four. */
function routeDistance(segments: readonly string[], route: Route): number {
  const parts = route.path.split("/").slice(1);
  let distance = Math.abs(parts.length - segments.length) * 4;
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment === undefined) continue;
    distance += part.startsWith(":") ? 1 : editDistance(part, segment.slice(0, 80));
  }
  return distance;
}
