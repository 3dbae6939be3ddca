import { WebSocket } from "ws";
import { isJsonObject, type JsonObject, parseJson } from "../../json.ts";
import type { Simulator } from "../../simulator.ts";
import { clientOf } from "./web-client.ts";

/** A bare Socket Mode client that acknowledges only when the test says so. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly #frames: JsonObject[] = [];
  #waiting: ((frame: JsonObject) => void)[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on("message", (data: Buffer) => {
      const frame = parseJson(data.toString("utf8"));
      if (!isJsonObject(frame)) return;
      const next = this.#waiting.shift();
      if (next === undefined) this.#frames.push(frame);
      else next(frame);
    });
  }

  static async open(simulator: Simulator): Promise<RawSocket> {
    const { url = "" } = await clientOf(simulator, "xapp-simulator").apps.connections.open({});
    return new RawSocket(url);
  }

  next(): Promise<JsonObject> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ack(frame: JsonObject, payload: JsonObject = {}): void {
    this.socket.send(JSON.stringify({ envelope_id: frame["envelope_id"], payload }));
  }
}
