import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { NoQuery, noBody } from "../endpoints/parts.ts";
import { endpoint } from "../http/endpoint.ts";
import { namesTag } from "../http/etag.ts";
import type { RouteResponse } from "../http/response.ts";
import { type Route, route } from "../http/route.ts";

const FOLDER = join(import.meta.dirname, "assets");

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** What pages load, by the name in its address: files of ours and of packages, as they are. */
const ASSETS = {
  "console.css": { file: join(FOLDER, "console.css"), contentType: CSS },
  "run.js": { file: join(FOLDER, "run.js"), contentType: SCRIPT },
  "runs.js": { file: join(FOLDER, "runs.js"), contentType: SCRIPT },
} as const satisfies Record<string, { readonly file: string; readonly contentType: string }>;

export type AssetName = keyof typeof ASSETS;

/** A year: another content has another address. */
const KEPT = "public, max-age=31536000, immutable";
const TAG_DIGITS = 16;

interface Asset {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly tag: string;
}

const read = await readAll();

/** The address of an asset; it changes with its content, so that browsers may keep it for good. */
export function assetUrl(name: AssetName): string {
  return `/assets/${name}?v=${read.get(name)?.tag ?? ""}`;
}

async function readAll(): Promise<ReadonlyMap<string, Asset>> {
  const all = Object.entries(ASSETS).map(async ([name, { file, contentType }]) => {
    const bytes = await readFile(file);
    return [
      name,
      { bytes, contentType, tag: sha256(bytes).toString("hex").slice(0, TAG_DIGITS) },
    ] as const;
  });
  return new Map(await Promise.all(all));
}

const assetEndpoint = endpoint({
  id: "asset",
  method: "GET",
  path: "/assets/:name",
  summary: "What the pages load.",
  access: "open",
  params: z.object({ name: z.string() }),
  query: NoQuery,
  body: noBody,
  answers: {},
  media: [CSS, SCRIPT],
  errors: ["route_not_found"],
});

/** Serves style sheet and scripts: nothing in them is secret, so they are open to every caller. */
export function assetRoutes(): readonly Route[] {
  return [
    route(assetEndpoint)(async ({ params: { name } }, { headers }) => {
      const asset = read.get(name);
      if (asset === undefined) {
        throw new AppError({ code: "route_not_found", message: `There is no asset "${name}".` });
      }
      return toResponse(asset, headers["if-none-match"]);
    }),
  ];
}

function toResponse({ bytes, contentType, tag }: Asset, known: string | undefined) {
  const quoted = `"${tag}"`;
  const headers = { ETag: quoted, "Cache-Control": KEPT };
  const answer: Extract<RouteResponse, { bytes: Uint8Array }> = { bytes, contentType, headers };
  return namesTag(known, quoted) ? { ...answer, status: 304 } : answer;
}
