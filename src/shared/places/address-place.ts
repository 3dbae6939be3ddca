import { type Filled, Misfit, type Piece, type Place, textOf } from "./place.ts";

/** What a template within an address list is: all of one entry, the name before `<`, within quotes, or a part of an address. */
type Role = "entry" | "name" | "quoted" | "address";

/** What ends an address, or begins another one. */
const NOT_IN_ADDRESS = /[\s<>()[\]\\,;:"\p{Cc}]/u;

/**
 * E-mail addresses: `ann@example.com, Bob <bob@example.com>`. A value is one address, or the name or the address of one: never
 * two. Names are quoted, so that commas and signs are a part of them.
 */
export const addressPlace: Place = {
  name: "e-mail addresses",
  write(pieces) {
    const roles = rolesOf(pieces);
    return pieces.map((piece, index) =>
      typeof piece === "string" ? piece : writeAs(roles[index] ?? "address", piece),
    );
  },
  alone: (value, template) => {
    if (typeof value === "object" && value !== null) return undefined;
    return writeEntry(textOf(value), template);
  },
};

function writeAs(role: Role, { template, value }: Filled): string {
  const text = textOf(value);
  if (role === "name") return quote(text);
  if (role === "quoted") return escapeQuoted(text);
  if (role === "entry") return writeEntry(text, template);
  const trimmed = text.trim();
  if (NOT_IN_ADDRESS.test(trimmed))
    throw new Misfit(`${template} stands in an e-mail address and gives more than a part of one.`);
  return trimmed;
}

/** One address, with its name if it has one: `Doe, Jane <jane@example.com>`. */
function writeEntry(text: string, template: string): string {
  const trimmed = text.trim();
  const opens = trimmed.endsWith(">") ? trimmed.lastIndexOf("<") : -1;
  const address = opens < 0 ? trimmed : trimmed.slice(opens + 1, -1).trim();
  const name = opens < 0 ? "" : unquote(trimmed.slice(0, opens).trim());
  if (NOT_IN_ADDRESS.test(address) || /[<>@\p{Cc}]/u.test(name)) {
    throw new Misfit(
      `${template} gives something other than one e-mail address. Several come from a list, with one address in each item.`,
    );
  }
  return name === "" ? address : `${quote(name)} <${address}>`;
}

function unquote(name: string): string {
  const inner = /^"((?:[^"\\]|\\[^])*)"$/.exec(name)?.[1];
  return inner === undefined ? name : inner.replaceAll(/\\([^])/g, "$1");
}

function quote(name: string): string {
  return `"${escapeQuoted(name)}"`;
}

function escapeQuoted(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").replaceAll(/["\\]/g, "\\$&");
}

function rolesOf(pieces: readonly Piece[]): readonly Role[] {
  const roles = new AddressRoles();
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece !== "string") roles.addTemplate(index);
    else for (const [token] of piece.matchAll(/\\[^]|[^\s]/g)) roles.addToken(token);
  }
  return roles.end();
}

/** Reads a list of addresses from left to right. */
class AddressRoles {
  readonly #roles: Role[] = [];
  #isQuoted = false;
  #isInAngle = false;
  /** Templates of the entry, outside of quotes and before its `<`. */
  #bare: number[] = [];
  #hasText = false;

  addTemplate(index: number): void {
    this.#roles[index] = this.#isQuoted ? "quoted" : "address";
    if (!this.#isQuoted && !this.#isInAngle) this.#bare.push(index);
  }

  addToken(token: string): void {
    const isQuote = token === '"';
    if (isQuote) this.#isQuoted = !this.#isQuoted;
    if (!this.#isQuoted && (token === "," || token === ";")) {
      this.end();
      return;
    }
    this.#hasText = true;
    if (this.#isQuoted || isQuote) return;
    if (token === "<") {
      for (const index of this.#bare) this.#roles[index] = "name";
      this.#bare = [];
    }
    if (token === "<" || token === ">") this.#isInAngle = token === "<";
  }

  /** Ends the entry. */
  end(): readonly Role[] {
    const [only] = this.#bare;
    if (only !== undefined && this.#bare.length === 1 && !this.#hasText) {
      this.#roles[only] = "entry";
    }
    this.#bare = [];
    this.#hasText = false;
    return this.#roles;
  }
}
