import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileDeployment } from "../engine/api/workflows.ts";
import type { RunningEngine } from "../engine/engine.ts";
import type { Store } from "../engine/ports/store.ts";
import { asAppError } from "../shared/errors.ts";
import { hashJson } from "../shared/json.ts";
import { parseJsonBody } from "../shared/parse-json.ts";
import { isUserId } from "../shared/slack-ids.ts";
import type { Logger } from "./log.ts";

/** A notice to admins about a file of the workflows folder. */
export interface FileNotice {
  readonly file: string;
  /** A sentence or two. */
  readonly text: string;
  /** Identifies the notice: equal at the next start if nothing has changed. */
  readonly about: string;
  /** Slack user id of another person to notify. */
  readonly concerns?: string;
}

/**
 * Deploys the definitions of a folder, in order of their names. A bad file is logged, reported and
 * skipped.
 *
 * @returns notices to admins.
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
    const bytes = await readFile(join(folder, file));
    const source = parseJsonBody(bytes, { what: "The content" });
    const content = bytes.toString("utf8");
    const deployment = await engine.workflows.deployFile(file, source);
    const notice = toNotice(file, content, deployment);
    if (deployment.outcome === "invalid") {
      const { problems } = deployment;
      logger.error({ file, problems }, "could not deploy the definition: it has problems");
    } else if (deployment.outcome === "deployed") {
      const { workflowId, version } = deployment;
      logger.info({ file, workflowId, version }, "definition deployed");
      const { warnings } = deployment;
      if (warnings.length > 0) logger.warn({ file, warnings }, "the definition has warnings");
    } else if (notice) logger.warn({ file }, notice.text);
    return notice;
  } catch (error) {
    const { message } = asAppError(error);
    logger.error({ file, error: message }, "could not deploy the definition");
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
 * Sends each notice once, over restarts too. A notice that could not be sent is sent at the next
 * start.
 *
 * @param send - resolves to `false` if no admin could be reached.
 */
export async function sendNotices(
  notices: readonly FileNotice[],
  store: Pick<Store, "kv">,
  send: (text: string, concerns?: string) => Promise<boolean>,
): Promise<void> {
  for (const { file, text, about, concerns } of notices) {
    const key = `file-notice:${file}`;
    const hash = hashJson(about);
    if ((await store.kv.get(key)) === hash) continue;
    if (await send(text, concerns)) await store.kv.set(key, hash);
  }
}
