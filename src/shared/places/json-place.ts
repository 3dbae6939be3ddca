import { type Piece, type Place, textOf } from "./place.ts";

/**
 * JSON that is written as a text: `{"text": "{{variables.t}}"}`. Within quotes values are escaped as a part of that text;
 * outside of quotes a value is written as JSON, so that a text gets its quotes.
 */
export const jsonPlace: Place = {
  name: "JSON text",
  write(pieces) {
    const quoted = areQuoted(pieces);
    return pieces.map((piece, index) => {
      if (typeof piece === "string") return piece;
      if (quoted[index] === true) return JSON.stringify(textOf(piece.value)).slice(1, -1);
      return JSON.stringify(piece.value ?? null);
    });
  },
};

/** Whether the pieces are JSON once there are values in place of the templates. */
export function isJsonText(pieces: readonly Piece[]): boolean {
  const quoted = areQuoted(pieces);
  const filled = pieces.map((piece, index) => {
    if (typeof piece === "string") return piece;
    return quoted[index] === true ? "x" : "null";
  });
  try {
    JSON.parse(filled.join(""));
    return true;
  } catch {
    return false;
  }
}

/** Which pieces stand within quotes. */
function areQuoted(pieces: readonly Piece[]): readonly boolean[] {
  let isQuoted = false;
  return pieces.map((piece) => {
    if (typeof piece === "string") {
      // An escaped character within quotes is no end of them.
      for (const [token] of piece.matchAll(/\\[^]|"/g)) if (token === '"') isQuoted = !isQuoted;
    }
    return isQuoted;
  });
}
