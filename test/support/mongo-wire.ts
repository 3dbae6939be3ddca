import { BSON, type Document } from "mongodb";

/** A message that holds a command or its answer: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. */
export interface WireMessage {
  readonly requestId: number;
  readonly responseTo: number;
  /** With its sequences of documents as members. */
  readonly command: Document;
}

const OP_MSG = 2013;
const HEADER_BYTES = 16;
const SECTIONS_AT = HEADER_BYTES + 4;

/** Cuts what arrives in pieces into messages. @param take - gets `null` for one that is no command. */
export function messagesOf(
  take: (bytes: Buffer, message: WireMessage | null) => void,
): (chunk: Buffer | string) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, Buffer.from(chunk)]);
    for (let length = lengthOf(rest); length <= rest.length; length = lengthOf(rest)) {
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      take(bytes, parse(bytes));
    }
  };
}

/** An answer to a message. */
export function wireReply(responseTo: number, reply: Document): Buffer {
  const body = BSON.serialize(reply);
  const head = Buffer.alloc(SECTIONS_AT + 1);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, body]);
}

function lengthOf(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? Number.POSITIVE_INFINITY : bytes.readInt32LE(0);
}

function parse(bytes: Buffer): WireMessage | null {
  if (bytes.readInt32LE(12) !== OP_MSG) return null;
  const command: Document = {};
  for (let at = SECTIONS_AT; at < bytes.length; ) {
    const kind = bytes[at];
    const start = at + 1;
    const length = bytes.readInt32LE(start);
    const section = bytes.subarray(start, start + length);
    Object.assign(command, kind === 0 ? documentOf(section) : sequenceOf(section));
    at = start + length;
  }
  return { requestId: bytes.readInt32LE(4), responseTo: bytes.readInt32LE(8), command };
}

/** Kind 1: a name, then documents one after the other. */
function sequenceOf(section: Buffer): Document {
  const nameEnd = section.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = nameEnd + 1; at < section.length; ) {
    const length = section.readInt32LE(at);
    documents.push(documentOf(section.subarray(at, at + length)));
    at += length;
  }
  return { [section.toString("utf8", 4, nameEnd)]: documents };
}

function documentOf(bytes: Buffer): Document {
  return BSON.deserialize(bytes, { promoteLongs: false, promoteValues: true });
}
