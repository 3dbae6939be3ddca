import { crc32, deflateSync } from "node:zlib";

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [number, number, number];
export type Point = readonly [number, number];

/** A picture of opaque pixels, white at first. Places are in pixels from the top left corner. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #pixels: Buffer;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#pixels = Buffer.alloc(width * height * 3, 255);
  }

  /** A filled rectangle; places are rounded to whole pixels. */
  fill(left: number, top: number, right: number, bottom: number, color: Color): void {
    for (let y = Math.round(top); y < Math.round(bottom); y += 1)
      for (let x = Math.round(left); x < Math.round(right); x += 1) this.#mix(x, y, color, 1);
  }

  /** A line with round ends and smooth edges. */
  line([x1, y1]: Point, [x2, y2]: Point, thickness: number, color: Color): void {
    const radius = thickness / 2;
    const [dx, dy] = [x2 - x1, y2 - y1];
    const length = dx * dx + dy * dy;
    for (
      let y = Math.floor(Math.min(y1, y2) - radius - 1);
      y <= Math.max(y1, y2) + radius + 1;
      y += 1
    )
      for (
        let x = Math.floor(Math.min(x1, x2) - radius - 1);
        x <= Math.max(x1, x2) + radius + 1;
        x += 1
      ) {
        const along = length === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / length;
        const nearest = Math.min(Math.max(along, 0), 1);
        const distance = Math.hypot(x - x1 - nearest * dx, y - y1 - nearest * dy);
        this.#mix(x, y, color, Math.min(Math.max(radius + 0.5 - distance, 0), 1));
      }
  }

  /** The picture as a PNG file, the same bytes for the same picture (https://www.w3.org/TR/png-3/). */
  toPng(): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    // Eight bits a sample, red, green and blue.
    header.set([8, 2, 0, 0, 0], 8);
    const row = this.width * 3;
    const lines = Array.from({ length: this.height }, (_, y) => [
      NO_FILTER,
      this.#pixels.subarray(y * row, (y + 1) * row),
    ]).flat();
    const data = deflateSync(Buffer.concat(lines), { level: 9 });
    return Buffer.concat([
      SIGNATURE,
      chunk("IHDR", header),
      chunk("IDAT", data),
      chunk("IEND", Buffer.alloc(0)),
    ]);
  }

  #mix(x: number, y: number, color: Color, share: number): void {
    if (share === 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    for (const [index, part] of color.entries()) {
      const before = this.#pixels[at + index] ?? 0;
      this.#pixels[at + index] = Math.round(before + (part - before) * share);
    }
  }
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Each line begins with how it was filtered. */
const NO_FILTER = Buffer.from([0]);

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
