import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { readOwn } from "../src/shared/json.ts";
import { judgeSignatures } from "./supply-chain/judge-signatures.ts";

/**
 * `npm run supply-chain -- [file]`: lists what the bot is made of, as an SBOM in CycloneDX (into the file, if one is named), and
 * checks the registry's signatures of what is installed. Where those cannot be had, says so and continues.
 */

const SBOM = ["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"];
/** The keys come from elsewhere than the packages: a network that lacks them must not hold everything up. */
const SIGNATURES = [
  "audit",
  "signatures",
  "--fetch-retries=0",
  "--fetch-timeout=10000",
  "--loglevel=notice",
];
const TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 64 * 1024 * 1024;

interface Result {
  /** `null`: it took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function npm(args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT };
    execFile("npm", args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}

const [, , file] = process.argv;
const sbom = await npm(SBOM);
if (sbom.code !== 0) throw new Error(`npm sbom failed: ${sbom.stderr.trim()}`);
const parsed: unknown = JSON.parse(sbom.stdout);
const components: unknown = readOwn(parsed, "components");
if (!Array.isArray(components) || components.length === 0) throw new Error("The SBOM is empty.");
if (file !== undefined) await writeFile(file, sbom.stdout);
console.log(
  `SBOM (CycloneDX): ${components.length} components${file === undefined ? "" : ` in ${file}`}.`,
);

const { code, stdout, stderr } = await npm(SIGNATURES);
const { outcome, text } = judgeSignatures(code, `${stdout}\n${stderr}`);
console.log(`Signatures of the registry: ${outcome}: ${text}`);
if (outcome === "failed") process.exitCode = 1;
