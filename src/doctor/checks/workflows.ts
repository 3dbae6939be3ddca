import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { buildEngine, secretValues } from "../../app/build-engine.ts";
import { addPromptFolder } from "../../app/deploy-prompts.ts";
import type { Logger } from "../../app/log.ts";
import type { Problem } from "../../engine/definition/problem.ts";
import type { RunningEngine } from "../../engine/engine.ts";
import { createDatabaseService } from "../../services/database/database-service.ts";
import { createEmailService } from "../../services/email/email-service.ts";
import { asAppError } from "../../shared/errors.ts";
import { KnownSecrets } from "../../shared/known-secrets.ts";
import { parseJsonBody } from "../../shared/parse-json.ts";
import { createTelemetry } from "../../web/telemetry.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, warning } from "../finding.ts";

/**
 * Whether the definitions of the workflows folder can be deployed, and the channels, people, groups
 * and databases that they name are there. They are deployed into a store in memory.
 */
export function workflowsCheck(context: DoctorContext, logger: Logger): Check {
  return {
    id: "workflows",
    title: "Workflows",
    limitMs: 30_000,
    run: () => checkFolder(context, logger),
  };
}

async function checkFolder(
  { config, slack, scratch: store }: DoctorContext,
  logger: Logger,
): Promise<readonly Finding[]> {
  const folder = config.workflowsDir;
  const names = await readdir(folder).catch(() => null);
  if (names === null) {
    return [
      warning(
        `The folder ${folder} cannot be read: no workflow is deployed from files.`,
        "Set WORKFLOWS_DIR to the folder of your definitions.",
      ),
    ];
  }
  await using stack = new AsyncDisposableStack();
  const database = stack.use(createDatabaseService({ urls: config.databases }));
  const email = stack.use(createEmailService({ server: null, templatesDir: folder }));
  const engine = buildEngine({
    tracing: null,
    ...{ config, store, slack, database, email, logger },
    telemetry: createTelemetry(),
    secrets: new KnownSecrets(secretValues(config)),
    onOutdated: () => undefined,
  });
  stack.defer(() => engine.stop());
  await addPromptFolder(engine, join(folder, "prompts"), logger);
  const prompts = await checkPrompts(engine, join(folder, "prompts"));
  const files = names.filter((name) => name.endsWith(".json")).sort();
  const byFile: (readonly Finding[])[] = [];
  for (const file of files) byFile.push(await checkFile(engine, folder, file));
  const isWrong = (findings: readonly Finding[]) =>
    findings.some(({ level }) => level === "problem");
  const right = files.length - byFile.filter(isWrong).length;
  return [
    ok(`${right} of ${files.length} in ${folder} can be deployed`),
    ...prompts,
    ...byFile.flat(),
  ];
}

/** A file that was not added cannot be read as a prompt. */
async function checkPrompts(engine: RunningEngine, folder: string): Promise<readonly Finding[]> {
  const files = await readdir(folder).catch((): string[] => []);
  const known = (await engine.prompts.list()).map(({ name }) => name);
  return files
    .filter((file) => /\.(?:md|txt)$/.test(file) && !known.includes(parse(file).name))
    .map((file) =>
      problem(
        `prompts/${file} is not a prompt that can be read.`,
        "Correct its templates ({{…}}) and its name; the bot's log at the start says what is wrong.",
      ),
    );
}

async function checkFile(
  engine: RunningEngine,
  folder: string,
  file: string,
): Promise<readonly Finding[]> {
  try {
    const source = parseJsonBody(await readFile(join(folder, file)), { what: "The content" });
    const deployment = await engine.workflows.deployFile(file, source);
    if (deployment.outcome === "invalid") return [invalid(file, deployment.problems)];
    return deployment.outcome === "deployed"
      ? deployment.warnings.map((one) => warning(`${file}: ${sentence(one)}`, one.fix))
      : [];
  } catch (error) {
    return [
      problem(`${file} cannot be deployed: ${asAppError(error).message}`, "Correct the file."),
    ];
  }
}

function invalid(file: string, problems: readonly Problem[]): Finding {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const what = first === undefined ? "it is not valid." : `${sentence(first)}${more}`;
  return problem(`${file} cannot be deployed: ${what}`, first?.fix ?? "Correct the file.");
}

function sentence({ path, message }: Problem): string {
  return `${path === "" ? "" : `${path}: `}${message}.`;
}
