import { parseDuration } from "../../shared/duration.ts";
import { hashJson, type Json, readOwn, toJson } from "../../shared/json.ts";
import type {
  Activation,
  Archival,
  ArchiveOptions,
  DeployOptions,
  DeployResult,
  FileDeployment,
  WorkflowSummary,
} from "../api/workflows.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { triggersOf } from "../definition/schema.ts";
import { triggerId } from "../definition/trigger-type.ts";
import type { Pauses } from "../executions/pauses.ts";
import type { Deployments } from "../workflows/deployments.ts";
import type { TriggerSwitches } from "../workflows/trigger-switches.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { Gate } from "./gate.ts";
import { leftOut } from "./left-out.ts";
import { assertSwitchable } from "./switchable.ts";

export interface WorkflowGateParts {
  readonly workflows: Workflows;
  readonly deployments: Deployments;
  readonly pauses: Pauses;
  readonly switches: TriggerSwitches;
  readonly trail: AuditTrail;
}

/** What changes workflows: checked, done, recorded. The contract of each method stands in `Engine`. */
export class GuardedWorkflows {
  readonly #gate: Gate;
  readonly #parts: WorkflowGateParts;

  constructor(gate: Gate, parts: WorkflowGateParts) {
    this.#gate = gate;
    this.#parts = parts;
  }

  async runnableBy(userId: string): Promise<readonly WorkflowSummary[]> {
    if (!(await this.#gate.access.mayUse(userId, "recent"))) return [];
    const all = await this.#parts.workflows.list();
    const may = await Promise.all(all.map(({ id }) => this.#mayRun(userId, id)));
    return all.filter((_, index) => may[index]);
  }

  async deployableBy(userId: string): Promise<readonly WorkflowSummary[]> {
    if (!(await this.#gate.access.mayUse(userId, "recent"))) return [];
    const all = await this.#parts.workflows.list();
    const may = await Promise.all(
      all.map(async ({ id }) => {
        const permissions = await this.#gate.permissionsOf(id);
        const verdict = this.#gate.access.may(userId, "deploy", permissions);
        return verdict.then(({ allowed }) => allowed).catch(leftOut);
      }),
    );
    return all.filter((_, index) => may[index]);
  }

  async deploy(source: unknown, options: DeployOptions): Promise<DeployResult> {
    const { deployments, trail } = this.#parts;
    const id = readOwn(source, "id");
    const workflowId = typeof id === "string" ? id : "";
    await this.#permitDeploy(options.by, workflowId, {
      permissions: readOwn(source, "permissions"),
      sharedChannels: readOwn(source, "sharedChannels"),
      retention: readOwn(source, "retention"),
    });
    const previous = await this.#activeVersion(workflowId);
    const deployed = await deployments.deploy(source, options);
    if (deployed.deployed && deployed.changed) {
      const changes = [{ of: "version", from: previous, to: deployed.version }];
      await trail.write(options.by, { action: "deploy", workflowId, changes, result: "done" });
    }
    if (deployed.deployed && deployed.active) await this.#forgetSwitches(workflowId);
    return deployed;
  }

  /** The operator's own files need no right. */
  async deployFile(file: string, source: unknown): Promise<FileDeployment> {
    const { deployments, trail } = this.#parts;
    const id = readOwn(source, "id");
    const previous = await this.#activeVersion(typeof id === "string" ? id : "");
    const deployed = await deployments.deployFile(file, source);
    if (deployed.outcome === "deployed") {
      const { workflowId, version } = deployed;
      const changes = [{ of: "version", from: previous, to: version }];
      await trail.write(`file:${file}`, { action: "deploy", workflowId, changes, result: "done" });
      await this.#forgetSwitches(workflowId);
    }
    return deployed;
  }

  async activate(workflowId: string, version: number, by: string): Promise<Activation> {
    const { workflows } = this.#parts;
    const { definition } = await workflows.get(workflowId, version);
    await this.#permitDeploy(by, workflowId, definition);
    return this.#recorded(await workflows.activate(workflowId, version, by), by);
  }

  async rollBack(workflowId: string, by: string): Promise<Activation> {
    const { workflows } = this.#parts;
    const versions = await workflows.versions(workflowId);
    const active = versions.find((version) => version.active)?.version ?? 0;
    const earlier = versions.find(({ version }) => version < active);
    if (earlier) return this.activate(workflowId, earlier.version, by);
    await this.#permitDeploy(by, workflowId, (await workflows.get(workflowId)).definition);
    return workflows.rollBack(workflowId, by);
  }

  async pause(workflowId: string | null, by: string): Promise<void> {
    const { pauses, trail } = this.#parts;
    await this.#permitPause(workflowId, by, "pause");
    await pauses.pause(workflowId, by);
    await trail.write(by, { action: "pause", ...about(workflowId), result: "done" });
  }

  async resume(workflowId: string | null, by: string): Promise<boolean> {
    const { pauses, trail } = this.#parts;
    await this.#permitPause(workflowId, by, "resume");
    const wasPaused = await pauses.resume(workflowId);
    await trail.write(by, { action: "resume", ...about(workflowId), result: "done" });
    return wasPaused;
  }

  async archive(
    workflowId: string,
    by: string,
    { dryRun = false }: ArchiveOptions = {},
  ): Promise<Archival> {
    const { workflows, trail } = this.#parts;
    await this.#gate.permit(by, "deploy", workflowId, { what: `archive "${workflowId}"` });
    if (dryRun) {
      const { archived = null } = await workflows.get(workflowId);
      return { workflowId, archived, changed: false };
    }
    const archival = await workflows.archive(workflowId, by);
    if (archival.changed) await trail.write(by, { action: "archive", workflowId, result: "done" });
    return archival;
  }

  async unarchive(workflowId: string, by: string): Promise<boolean> {
    const { workflows, trail } = this.#parts;
    await this.#gate.permit(by, "deploy", workflowId, { what: `unarchive "${workflowId}"` });
    const wasArchived = await workflows.unarchive(workflowId, by);
    if (wasArchived) await trail.write(by, { action: "unarchive", workflowId, result: "done" });
    return wasArchived;
  }

  async pauseTrigger(workflowId: string, triggerId: string, by: string): Promise<void> {
    await this.#permitSwitch(workflowId, triggerId, by, "pause");
    await this.#parts.switches.pause(workflowId, triggerId, by);
    const detail = { trigger: triggerId };
    await this.#parts.trail.write(by, { action: "pause", workflowId, detail, result: "done" });
  }

  async resumeTrigger(workflowId: string, triggerId: string, by: string): Promise<boolean> {
    await this.#permitSwitch(workflowId, triggerId, by, "resume");
    const wasPaused = await this.#parts.switches.resume(workflowId, triggerId);
    const detail = { trigger: triggerId };
    await this.#parts.trail.write(by, { action: "resume", workflowId, detail, result: "done" });
    return wasPaused;
  }

  async #permitSwitch(
    workflowId: string,
    triggerId: string,
    by: string,
    verb: string,
  ): Promise<void> {
    const what = `${verb} the trigger "${triggerId.slice(0, 80)}" of "${workflowId}"`;
    await this.#gate.permit(by, "deploy", workflowId, { what });
    const { definition } = await this.#parts.workflows.get(workflowId);
    assertSwitchable(definition, triggerId);
  }

  /** A trigger that another version brings back under its id begins switched on. */
  async #forgetSwitches(workflowId: string): Promise<void> {
    const { switches, workflows } = this.#parts;
    if (switches.of(workflowId).size === 0) return;
    const { definition } = await workflows.get(workflowId);
    await switches.keepOnly(
      workflowId,
      triggersOf(definition).map((trigger, index) => triggerId(trigger, index)),
    );
  }

  async #recorded(activation: Activation, by: string): Promise<Activation> {
    const { workflowId, version, previous } = activation;
    const changes = [{ of: "version", from: previous, to: version }];
    await this.#parts.trail.write(by, { action: "activate", workflowId, changes, result: "done" });
    await this.#forgetSwitches(workflowId);
    return activation;
  }

  async #permitPause(workflowId: string | null, by: string, verb: string): Promise<void> {
    if (workflowId === null) return this.#gate.permitAdmin(by, { what: `${verb} everything` });
    await this.#gate.permit(by, "deploy", workflowId, { what: `${verb} "${workflowId}"` });
  }

  /** New workflows, other permissions, other readers and another retention are for admins: a deployer cannot give rights away. */
  async #permitDeploy(by: string, workflowId: string, wanted: AdminMembers): Promise<void> {
    const attempt = { what: `deploy "${workflowId}"`, workflowId };
    if (await this.#gate.access.isAdmin(by)) return;
    if ((await this.#activeVersion(workflowId)) === null)
      return this.#gate.permitAdmin(by, attempt);
    await this.#gate.permit(by, "deploy", workflowId, attempt);
    // As they were written: what names stand for is not what the deployer changed.
    const { definition } = await this.#parts.workflows.get(workflowId);
    if (hashOf(definition.permissions) !== hashOf(wanted.permissions)) {
      const what = `change the permissions of "${workflowId}"`;
      await this.#gate.permitAdmin(by, { ...attempt, what });
    }
    if (keptFor(definition.retention) !== keptFor(wanted.retention)) {
      const what = `change "retention" of "${workflowId}"`;
      await this.#gate.permitAdmin(by, { ...attempt, what });
    }
    if ((definition.sharedChannels ?? "ask") === (wanted.sharedChannels ?? "ask")) return;
    const what = `change "sharedChannels" of "${workflowId}"`;
    await this.#gate.permitAdmin(by, { ...attempt, what });
  }

  async #mayRun(userId: string, workflowId: string): Promise<boolean> {
    const permissions = await this.#gate.permissionsOf(workflowId);
    // Without a rule of its own every person with a role may, and this one has a role.
    if (permissions?.run === undefined) return true;
    return this.#gate.access.may(userId, "run", permissions).then(
      ({ allowed }) => allowed,
      () => true,
    );
  }

  async #activeVersion(workflowId: string): Promise<number | null> {
    const all = await this.#parts.workflows.list({ archived: true });
    return all.find(({ id }) => id === workflowId)?.version ?? null;
  }
}

/** What of a definition admins alone change. */
interface AdminMembers {
  readonly permissions?: unknown;
  readonly sharedChannels?: unknown;
  /** Runs are removed for good by it. */
  readonly retention?: unknown;
}

/** However it is written: `"90d"`, or milliseconds. */
function keptFor(retention: unknown): unknown {
  return typeof retention === "string" && retention !== "keep"
    ? parseDuration(retention)
    : retention;
}

function hashOf(permissions: unknown): string {
  const json: Json = permissions === undefined ? null : toJson(permissions);
  return hashJson(json);
}

function about(workflowId: string | null) {
  return workflowId === null ? {} : { workflowId };
}
