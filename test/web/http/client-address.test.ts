import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { createClientAddress } from "../../../src/web/http/client-address.ts";

/** A request of a peer, with these headers `X-Forwarded-For`. */
function requestFrom(peer: string, forwarded: readonly string[]): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const request = new IncomingMessage(socket);
  request.headersDistinct = forwarded.length === 0 ? {} : { "x-forwarded-for": [...forwarded] };
  return request;
}

const TRUSTED = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"];

test.for<readonly [string, readonly string[], string]>([
  ["203.0.113.7", [], "203.0.113.7"],
  ["203.0.113.7", ["192.0.2.1"], "203.0.113.7"],
  ["127.0.0.1", [], "127.0.0.1"],
  ["127.0.0.1", ["192.0.2.1"], "192.0.2.1"],
  ["127.0.0.1", ["6.6.6.6, 192.0.2.1"], "192.0.2.1"],
  ["127.0.0.1", ["6.6.6.6", "192.0.2.1"], "192.0.2.1"],
  ["127.0.0.1", ["192.0.2.1, 10.1.2.3"], "192.0.2.1"],
  ["127.0.0.1", ["6.6.6.6, 192.0.2.1, 10.1.2.3, fd00::1"], "192.0.2.1"],
  ["::ffff:127.0.0.1", ["::ffff:192.0.2.1"], "192.0.2.1"],
  ["127.0.0.1", ["192.0.2.1:4711"], "192.0.2.1"],
  ["127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"],
  ["127.0.0.1", ["2001:db8::1"], "2001:db8::1"],
  ["127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"],
  ["127.0.0.1", ["192.0.2.1, unknown"], "127.0.0.1"],
  ["127.0.0.1", ["192.0.2.1, evil\u0000, 10.0.0.1"], "10.0.0.1"],
  ["127.0.0.1", [""], "127.0.0.1"],
  ["", ["192.0.2.1"], ""],
])("a request from %s, forwarded for %j, comes from %s", ([peer, forwarded, expected]) => {
  expect(createClientAddress(TRUSTED)(requestFrom(peer, forwarded))).toBe(expected);
});

test("without trusted proxies only the peer counts", () => {
  expect(createClientAddress([])(requestFrom("127.0.0.1", ["192.0.2.1"]))).toBe("127.0.0.1");
});
