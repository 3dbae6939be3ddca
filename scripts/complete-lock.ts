import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { omitUndefined } from "../src/shared/omit-undefined.ts";

/**
 * Completes `package-lock.json` after an `npm install` from a registry mirror that lacks packages
 * of other platforms: npm omits missing optional ones, and `npm ci` then refuses the file
 * everywhere. The added entries have version and platform, so that npm skips them elsewhere, and no
 * integrity, which the mirror does not know.
 */

const Package = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  engines: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Package) });
type Lock = z.output<typeof Lock>;

/** Parts of package names that name the platform, longest first where one contains another. */
const SYSTEMS = ["android", "darwin", "freebsd", "openharmony", "win32", "linux"];
const PROCESSORS = [
  "riscv64",
  "ppc64",
  "s390x",
  "loong64",
  "arm64",
  "arm",
  "x64",
  "ia32",
  "wasm32",
];

/** Optional dependencies of packages in the lock that have no entry of their own, by name. */
export function missingFrom(lock: Lock): ReadonlyMap<string, z.output<typeof Package>> {
  const missing = new Map<string, z.output<typeof Package>>();
  for (const [place, owner] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const isThere = [`node_modules/${name}`, `${place}/node_modules/${name}`].some((key) =>
        Object.hasOwn(lock.packages, key),
      );
      if (!isThere) missing.set(name, entryFor(name, version, owner));
    }
  }
  return missing;
}

function entryFor(
  name: string,
  version: string,
  owner: z.output<typeof Package>,
): z.output<typeof Package> {
  const platform = name.slice(name.lastIndexOf("/") + 1);
  const system = SYSTEMS.find((part) => platform.includes(part));
  const processor = PROCESSORS.find((part) => platform.includes(part));
  return {
    version,
    ...omitUndefined({
      cpu: processor && [processor],
      dev: owner.dev || undefined,
      libc: system === "linux" ? [platform.includes("musl") ? "musl" : "glibc"] : undefined,
      optional: true,
      os: system && [system],
      engines: owner.engines,
    }),
  };
}

async function main(path: string): Promise<void> {
  const lock = Lock.parse(JSON.parse(await readFile(path, "utf8")));
  const missing = missingFrom(lock);
  for (const [name, entry] of missing) lock.packages[`node_modules/${name}`] = entry;
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  await writeFile(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.size} packages of other platforms added to ${path}.`);
}

if (import.meta.main) await main("package-lock.json");
