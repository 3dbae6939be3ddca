/** What an evaluation works with: JSON, and values of CEL that JSON has no form for. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | ObjectValue
  | Bytes
  | Timestamp
  | Duration
  | TypeName
  | Optional;
export type ObjectValue = { readonly [key: string]: Value };

/** A value that JSON has no form for. It lives within one evaluation; a result holds its JSON instead. */
export abstract class Special {
  /** CEL's name of the type. */
  abstract readonly typeName: string;
  /** The type in words, for messages. */
  abstract readonly inWords: string;
  /** The value as text, as `string(x)` and results show it. @throws {AppError} `expression_failed` when it has none. */
  abstract toString(): string;

  /** What `JSON.stringify` writes. No special value: it is not asked again. */
  toJSON(): Value {
    return this.toString();
  }
}

/** Bytes, such as `b"…"`; as a result, base64. */
export class Bytes extends Special {
  readonly typeName = "bytes";
  readonly inWords = "bytes";
  readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    super();
    this.data = data;
  }

  override toString(): string {
    return Buffer.from(this.data).toString("base64");
  }
}

/** A moment or a length of time. */
abstract class Time extends Special {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }
}

/** A moment, in nanoseconds since 1970; as a result, text in ISO form, in UTC. */
export class Timestamp extends Time {
  readonly typeName = "google.protobuf.Timestamp";
  readonly inWords = "a timestamp";

  override toString(): string {
    return Temporal.Instant.fromEpochNanoseconds(this.nanoseconds).toString();
  }
}

/** A length of time; as a result, text in seconds: `5400s`. */
export class Duration extends Time {
  readonly typeName = "google.protobuf.Duration";
  readonly inWords = "a duration";

  override toString(): string {
    const sign = this.nanoseconds < 0n ? "-" : "";
    const size = this.nanoseconds < 0n ? -this.nanoseconds : this.nanoseconds;
    const fraction = (size % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
    return `${sign}${size / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`}s`;
  }
}

/** A type, as `type(x)` gives it; as a result, its name. */
export class TypeName extends Special {
  readonly typeName = "type";
  readonly inWords = "a type";
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  override toString(): string {
    return this.name;
  }
}

/** A value that may be missing; as a result, the value or null. */
export class Optional extends Special {
  readonly typeName = "optional_type";
  readonly inWords = "an optional value";
  /** `undefined`: none. */
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    super();
    this.value = value;
  }

  override toString(): string {
    return this.value === undefined ? "optional.none()" : "optional.of(…)";
  }

  override toJSON(): Value {
    return this.value instanceof Special ? this.value.toJSON() : (this.value ?? null);
  }
}
