/** What an attribute of a span may be. */
export type AttributeValue = string | number | boolean | readonly string[];

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A span that is over: what is exported is made from the log, so no span is ever open. Times are milliseconds since 1970 (UTC). */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** `null`: it is the root of its trace. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: "internal" | "client" | "consumer";
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** `unset`: as intended, or given up by no fault of its own. */
  readonly status: "unset" | "error";
  /** What went wrong, in a sentence. */
  readonly message?: string;
  /** Revision of the log with which it ended. */
  readonly rev: number;
}

export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

/** Another span that has to do with this one, in whatever trace. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}
