import type { Json } from "../json.ts";
import { toText } from "../json-text.ts";

/** What a value is a link to: an address, a person, who is mentioned, or a channel. */
export const LINK_KINDS = ["url", "user", "channel"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** One `{{…}}` of a text. */
export interface Filled {
  /** As it is written: `{{variables.q}}`. */
  readonly template: string;
  /** What the operator keeps: put in later, and as it is. */
  readonly isSecret: boolean;
  /** The definition wants it shown as a link or a mention where people read it. Absent: as text. */
  readonly link?: LinkKind;
  /** `undefined` while it is not known: at deployment, for a secret, or for a step that has not run. */
  readonly value: Json | undefined;
}

/** A part of a text: what the definition says, or what a template puts in. */
export type Piece = string | Filled;

/** Why a template may not stand where it stands. */
export interface Misplacement {
  /** Continues a sentence that begins with the name of the parameter. */
  readonly message: string;
  readonly fix: string;
}

/** A place in which a text has a syntax: a URL, an address, HTML. It says how values are written into it. */
export interface Place {
  /** What it is, for people: `a URL`. */
  readonly name: string;
  /**
   * Writes the pieces, one text for each. What is given for a piece without a value is ignored.
   *
   * @throws {Misfit} for a value that cannot be written there.
   */
  write(pieces: readonly Piece[]): readonly string[];
  /**
   * What a lone `{{…}}` gives; `undefined` for an object or a list whose members are to be taken one by one. Absent: the value
   * keeps its type.
   *
   * @throws {Misfit} for a value that cannot be taken.
   */
  alone?(value: Json, template: string, link?: LinkKind): Json | undefined;
  /** The first template that may not stand where it stands, found at deployment. */
  misplaced?(pieces: readonly Piece[]): Misplacement | null;
}

/** A value that cannot be written into its place. The message names the template and never the value, which may be confidential. */
export class Misfit extends Error {}

/** Texts without a syntax: values are put in as they are. What a parameter takes is checked by its schema. */
export const plain: Place = {
  name: "text",
  write: (pieces) => pieces.map(asIs),
};

/** A piece as text, without any encoding. */
export function asIs(piece: Piece): string {
  return typeof piece === "string" ? piece : textOf(piece.value);
}

/** A value as text within a text: scalars as they are, null as nothing, the rest as JSON. */
export function textOf(value: Json | undefined): string {
  return value === undefined ? "" : toText(value);
}
