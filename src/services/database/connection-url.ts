import { AppError } from "../../shared/errors.ts";

/** Where a database is. */
export type Connection =
  | { readonly kind: "postgres"; readonly url: string; readonly isReadOnly: boolean }
  | { readonly kind: "mongodb"; readonly url: string; readonly isReadOnly: true }
  | { readonly kind: "sqlite"; readonly path: string; readonly isReadOnly: boolean };

/** One host or several, and the name of the database. */
const MONGODB = /^mongodb(?:\+srv)?:\/\/[^/?#\s]+\/[^/?#\s]+(?:\?\S*)?$/;
const PASSWORD = /^[a-z+]+:\/\/[^:@/]*:([^@/]*)@/;

/**
 * Parses `postgres://user:password@host/name`, `mongodb://user:password@host/name`, `sqlite:./file.db` or
 * `sqlite:/folder/file.db`; `?readonly=true` forbids changes. Nothing changes a MongoDB.
 *
 * @throws {AppError} `config_invalid`; the message does not hold the URL, which may hold a
 *   password.
 */
export function readConnectionUrl(name: string, url: string): Connection {
  if (url.startsWith("sqlite:")) {
    const [rest = "", query] = url.slice("sqlite:".length).split("?");
    const path = rest.replace(/^\/\/(?=\/)/, "");
    if (path === "") throw invalid(name);
    return { kind: "sqlite", path, isReadOnly: isTrue(new URLSearchParams(query)) };
  }
  if (MONGODB.test(url)) return { kind: "mongodb", url, isReadOnly: true };
  const parsed = URL.parse(url);
  if (!parsed || !/^postgres(?:ql)?:$/.test(parsed.protocol)) throw invalid(name);
  const isReadOnly = isTrue(parsed.searchParams);
  // The driver would pass a parameter that it does not know to the server, which refuses it.
  parsed.searchParams.delete("readonly");
  return { kind: "postgres", url: parsed.href, isReadOnly };
}

/** Parts of a URL to hide from the log: the whole URL, and its password, encoded and decoded. */
export function secretsOfUrl(url: string): readonly string[] {
  // Several hosts are no URL in the sense of the standard.
  const password = URL.parse(url)?.password || (PASSWORD.exec(url)?.[1] ?? "");
  if (password === "") return [];
  try {
    return [url, password, decodeURIComponent(password)];
  } catch {
    return [url, password];
  }
}

function isTrue(query: URLSearchParams): boolean {
  return query.get("readonly") === "true";
}

function invalid(name: string): AppError {
  return new AppError({
    code: "config_invalid",
    message: `The URL of the database "${name}" must begin with postgres://, mongodb:// or sqlite: and name a database.`,
  });
}
