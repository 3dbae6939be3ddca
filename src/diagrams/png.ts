import { fileURLToPath } from "node:url";
import { AppError } from "../shared/errors.ts";

/** Pixels of a picture, and of one of its sides: larger ones are not shown well by Slack, and take memory. */
const MAX_PIXELS = 12_000_000;
const MAX_SIDE = 6000;
/** Names cannot be read in a picture that is made smaller than this. */
const MIN_SCALE = 0.55;
const MAX_SCALE = 2;

/** Loaded with the first picture: it is native code, and an optional package for each platform. @throws {AppError} `config_invalid`. */
async function loadRenderer() {
  try {
    return (await import("@resvg/resvg-js")).renderAsync;
  } catch (cause) {
    const message =
      "This installation draws no PNG: @resvg/resvg-js is not there for this machine. Install with optional packages (npm ci without --omit=optional).";
    throw new AppError({ code: "config_invalid", message, cause });
  }
}

/** Latin, Greek, Cyrillic, Arabic, Hebrew and signs; for all else fonts of the machine are used, as far as it has some. */
const FONTS = [
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
].map((url) => fileURLToPath(url));

/**
 * A diagram as PNG, drawn outside of the main thread.
 *
 * @param svg - as {@link toSvg} gives it.
 * @returns `null`: it is so large that nothing could be read in it.
 * @throws {AppError} `config_invalid` where the renderer is not installed.
 */
export async function toPng(svg: string): Promise<Buffer | null> {
  const [width, height] = sizeOf(svg);
  const scale = Math.min(
    MAX_SCALE,
    Math.sqrt(MAX_PIXELS / (width * height)),
    MAX_SIDE / Math.max(width, height),
  );
  if (scale < MIN_SCALE) return null;
  const render = await loadRenderer();
  const image = await render(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { loadSystemFonts: true, fontFiles: FONTS, sansSerifFamily: "DejaVu Sans" },
    logLevel: "off",
  });
  return image.asPng();
}

function sizeOf(svg: string): readonly [width: number, height: number] {
  const [, width, height] = /^<svg [^>]*\bwidth="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}
