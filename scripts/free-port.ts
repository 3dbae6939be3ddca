import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * The system gives ports from 32768 up (Linux; from 49152 on macOS and Windows) to servers that ask for any and to outgoing
 * connections: https://docs.kernel.org/networking/ip-sysctl.html, `ip_local_port_range`.
 */
const BELOW_EPHEMERAL = { from: 10_000, to: 32_768 } as const;

/**
 * A port of 127.0.0.1 for a program that must know its port before it listens. Nothing listens there now, and the system gives
 * it to no other program before this one starts: a port that was got by listening on 0 would be the next one given away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(BELOW_EPHEMERAL.from, BELOW_EPHEMERAL.to);
    if (await isFree(port)) return port;
  }
}

/** Whether a server on 127.0.0.1 could listen on a port now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
