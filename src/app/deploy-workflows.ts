import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileDeployment } from "../engine/api/workflows.ts";
import type { RunningEngine } from "../engine/engine.ts";
import type { Store } from "../engine/ports/store.ts";
import { asAppError } from "../shared/errors.ts";
import { hashJson } from "../shared/json.ts";
import { isUserId } from "../shared/slack-ids.ts";
import type { Logger } from "./log.ts";

/** Something about a file of the workflows folder that admins have to know. */
export interface FileNotice {
  readonly file: string;
  /** A sentence or two. */
  readonly text: string;
  /** Equal at the next start if nothing has changed since. */
  readonly about: string;
  /** Slack user id of whoever else it concerns. */
  readonly concerns?: string;
}

/**
 * Deploys the definitions of a folder, in order of their names. A bad file is logged, reported and skipped: the others must run.
 *
 * @returns what admins have to know.
 */
export async function deployFolder(
  engine: RunningEngine,
  folder: string,
  logger: Logger,
): Promise<readonly FileNotice[]> {
  const names = await readdir(folder).catch(() => {
    logger.warn({ folder }, "WORKFLOWS_DIR cannot be read; no workflow was deployed from files");
    return [];
  });
  const notices: FileNotice[] = [];
  for (const file of names.filter((name) => name.endsWith(".json")).sort()) {
    const notice = await deployOne(engine, folder, file, logger);
    if (notice) notices.push(notice);
  }
  return notices;
}

async function deployOne(
  engine: RunningEngine,
  folder: string,
  file: string,
  logger: Logger,
): Promise<FileNotice | null> {
  try {
    const content = await readFile(join(folder, file), "utf8");
    const deployment = await engine.workflows.deployFile(file, JSON.parse(content));
    const notice = toNotice(file, content, deployment);
    if (deployment.outcome === "invalid") {
      const { problems } = deployment;
      logger.error({ file, problems }, "the definition has problems and was not deployed");
    } else if (deployment.outcome === "deployed") {
      const { workflowId, version } = deployment;
      logger.info({ file, workflowId, version }, "deployed");
      const { warnings } = deployment;
      if (warnings.length > 0) logger.warn({ file, warnings }, "what was deployed may not work");
    } else if (notice) logger.warn({ file }, notice.text);
    return notice;
  } catch (error) {
    const message =
      error instanceof SyntaxError ? `it is not JSON: ${error.message}` : asAppError(error).message;
    logger.error({ file, error: message }, "the definition could not be deployed");
    return { file, text: `The file ${file} was not deployed: ${message}`, about: message };
  }
}

function toNotice(file: string, content: string, deployment: FileDeployment): FileNotice | null {
  if (deployment.outcome === "deployed") return null;
  if (deployment.outcome === "invalid") {
    const [first] = deployment.problems;
    const rest = deployment.problems.length - 1;
    const more = rest > 0 ? ` (and ${rest} more)` : "";
    const what = first ? `${first.path || "the definition"}: ${first.message}. ${first.fix}` : "";
    return { file, text: `The file ${file} was not deployed: ${what}${more}`, about: content };
  }
  const { workflowId, newer } = deployment;
  if (newer === null) return null;
  const { version, deployedBy } = newer;
  const made = isUserId(deployedBy)
    ? { by: `<@${deployedBy}>`, concerns: { concerns: deployedBy } }
    : { by: `"${deployedBy}"`, concerns: {} };
  const kept =
    deployment.outcome === "kept_back"
      ? `It was stored as version ${deployment.version}, not activated: compare them with "diff ${workflowId} ${version} ${deployment.version}", and activate it with "activate ${workflowId} ${deployment.version}".`
      : "Put that version into the file if it shall stay the only one.";
  const text = `The file ${file} says something else than version ${version} of ${workflowId}, which ${made.by} deployed and which stays active. ${kept}`;
  return { file, text, about: `${version} ${content}`, ...made.concerns };
}

/**
 * Tells admins what they have to know, each thing once, over restarts too. What could not be told is told at the next start.
 *
 * @param tell - resolves to `false` if nobody could be told.
 */
export async function tellNotices(
  notices: readonly FileNotice[],
  store: Pick<Store, "kv">,
  tell: (text: string, concerns?: string) => Promise<boolean>,
): Promise<void> {
  for (const { file, text, about, concerns } of notices) {
    const key = `file-notice:${file}`;
    const told = hashJson(about);
    if ((await store.kv.get(key)) === told) continue;
    if (await tell(text, concerns)) await store.kv.set(key, told);
  }
}
