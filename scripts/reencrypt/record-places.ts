import type { RecordSeals, Seal } from "../../src/store/encryption/record-seals.ts";

/** Kinds of records that both stores keep as one JSON text, `record`, in a table or a collection of this name. */
export type RecordName =
  | "calls"
  | "drafts"
  | "events"
  | "samples"
  | "audit"
  | "answers"
  | "credentials";

/** What `place` gives for each of these kinds. */
export function recordPlaces<P>(
  seals: RecordSeals,
  place: <R extends { readonly id: string }>(name: RecordName, seal: Seal<R>) => P,
): readonly P[] {
  return [
    place("calls", seals.calls),
    place("drafts", seals.drafts),
    place("events", seals.events),
    place("samples", seals.samples),
    place("audit", seals.audit),
    place("answers", seals.answers),
    place("credentials", seals.credentials),
  ];
}
