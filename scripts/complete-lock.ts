import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";

/**
 * Completes `package-lock.json` after an `npm install` from a registry mirror that does not carry every platform's packages:
 * npm then leaves the missing optional ones out, and `npm ci` refuses the file on every machine. The entries added here have
 * version and platform, so that npm skips them where they do not fit, and no integrity, since the mirror cannot tell it.
 */

const Package = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  engines: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Package) });
type Lock = z.output<typeof Lock>;

/** Parts of package names that tell the platform, longest first where one contains another. */
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
    ...(processor !== undefined && { cpu: [processor] }),
    ...(owner.dev && { dev: true }),
    ...(system === "linux" && { libc: [platform.includes("musl") ? "musl" : "glibc"] }),
    optional: true,
    ...(system !== undefined && { os: [system] }),
    ...(owner.engines && { engines: owner.engines }),
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
