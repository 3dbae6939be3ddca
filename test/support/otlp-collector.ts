import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";

/** A span as a collector reads it from the wire. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message: string };
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly spans: readonly ReceivedSpan[];
}

/** What a request is answered with: a status, or `hang` for none. */
export type CollectorAnswer = number | "hang";

/**
 * A collector of OTLP over HTTP that decodes protobuf by the numbers of
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto, so that it shares nothing with
 * what is tested.
 */
export class OtlpCollector implements AsyncDisposable {
  readonly requests: Received[] = [];
  /** What the next requests are answered with; then 200. */
  readonly answers: CollectorAnswer[] = [];
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const answer = this.answers.shift() ?? 200;
      if (answer === "hang") return;
      if (answer === 200) {
        const raw = Buffer.concat(parts);
        const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
        this.requests.push({
          path: request.url ?? "",
          headers: request.headers,
          ...readRequest(body),
        });
      }
      response.writeHead(answer, { "content-type": "application/x-protobuf" }).end();
    });
  });

  static async open(port = 0): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    collector.#server.listen(port, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("It does not listen.");
    return address.port;
  }

  get spans(): readonly ReceivedSpan[] {
    return this.requests.flatMap(({ spans }) => spans);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

type Field = bigint | Buffer;

/** The fields of a protobuf message by number (https://protobuf.dev/programming-guides/encoding/). */
function fieldsOf(bytes: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = Number(varint());
    const read = { 0: varint, 1: () => take(8), 2: () => take(Number(varint())), 5: () => take(4) }[
      key & 7
    ];
    if (read === undefined) throw new Error(`Wire type ${key & 7} is unknown.`);
    const list = fields.get(key >> 3) ?? [];
    list.push(read());
    fields.set(key >> 3, list);
  }
  return fields;
}

class Message {
  readonly #fields: Map<number, Field[]>;

  constructor(bytes: Buffer) {
    this.#fields = fieldsOf(bytes);
  }

  bytes(number: number): readonly Buffer[] {
    return (this.#fields.get(number) ?? []).filter((field) => typeof field !== "bigint");
  }

  messages(number: number): readonly Message[] {
    return this.bytes(number).map((bytes) => new Message(bytes));
  }

  text(number: number): string {
    return this.bytes(number).at(-1)?.toString("utf8") ?? "";
  }

  hex(number: number): string {
    return this.bytes(number).at(-1)?.toString("hex") ?? "";
  }

  number(number: number): number {
    const field = this.#fields.get(number)?.at(-1);
    return typeof field === "bigint" ? Number(field) : 0;
  }

  /** Nanoseconds in 64 bits, as milliseconds. */
  time(number: number): number {
    return Number((this.bytes(number).at(-1)?.readBigUInt64LE() ?? 0n) / 1_000_000n);
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }
}

function readRequest(body: Buffer): Pick<Received, "resource" | "spans"> {
  const resourceSpans = new Message(body).messages(1);
  const spans = resourceSpans.flatMap((one) => one.messages(2)).flatMap((one) => one.messages(2));
  const [resource] = resourceSpans.flatMap((one) => one.messages(1));
  return { resource: resource ? attributesOf(resource, 1) : {}, spans: spans.map(readSpan) };
}

function readSpan(span: Message): ReceivedSpan {
  const [status] = span.messages(15);
  return {
    ...{ traceId: span.hex(1), spanId: span.hex(2), parentSpanId: span.hex(4) },
    ...{ name: span.text(5), kind: span.number(6) },
    ...{ startedAt: span.time(7), endedAt: span.time(8), attributes: attributesOf(span, 9) },
    events: span.messages(11).map((event) => ({ name: event.text(2) })),
    links: span.messages(13).map((link) => ({ traceId: link.hex(1), spanId: link.hex(2) })),
    status: { code: status?.number(3) ?? 0, message: status?.text(2) ?? "" },
  };
}

function attributesOf(message: Message, number: number): Record<string, unknown> {
  return Object.fromEntries(
    message.messages(number).map((pair) => {
      const [value] = pair.messages(2);
      return [pair.text(1), value && valueOf(value)];
    }),
  );
}

function valueOf(value: Message): unknown {
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.number(2) === 1;
  if (value.has(3)) return value.number(3);
  if (value.has(4)) return value.bytes(4).at(-1)?.readDoubleLE();
  return value.messages(5).flatMap((list) => list.messages(1).map(valueOf));
}
