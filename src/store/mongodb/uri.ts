/** Database when the URI names none. */
const DEFAULT_DATABASE = "heddle";

/** The database that a URI names. */
export function databaseOfUri(uri: string): string {
  const name = /^[a-z+]+:\/\/[^/]*\/([^?]*)/.exec(uri)?.[1];
  return name === undefined || name === "" ? DEFAULT_DATABASE : decodeURIComponent(name);
}

/** Names of the options that a URI gives, in lower case. */
export function optionsOfUri(uri: string): ReadonlySet<string> {
  const [, query = ""] = uri.split("?");
  return new Set(query.split("&").map((part) => part.split("=")[0]?.toLowerCase() ?? ""));
}

/**
 * What of a URI may not appear in the log: all of it, and its password as it is written and as it
 * is meant.
 */
export function secretsOfUri(uri: string): readonly string[] {
  // Several hosts are no URL in the sense of the standard, so that `URL` cannot read it.
  const password = /^[a-z+]+:\/\/[^:@/]*:([^@/]*)@/.exec(uri)?.[1];
  if (password === undefined || password === "") return [];
  try {
    return [uri, password, decodeURIComponent(password)];
  } catch {
    return [uri, password];
  }
}
