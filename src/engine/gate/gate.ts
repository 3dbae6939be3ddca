import { type AppError, isAppError } from "../../shared/errors.ts";
import type { Access } from "../access/access.ts";
import { adminsOnly, notPermitted } from "../access/access-texts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Permissions, PermittedAction } from "../definition/permissions.ts";
import type { Workflows } from "../workflows/workflows.ts";

export interface GateOptions {
  readonly access: Access;
  readonly workflows: Pick<Workflows, "active">;
  readonly trail: AuditTrail;
}

/** What a person wants to do, for the refusal and its record. */
export interface Attempt {
  /** As it follows "You may not": `start "expense-approval"`. */
  readonly what: string;
  readonly workflowId?: string;
  readonly executionId?: string;
}

/**
 * The one place that lets people do something or refuses it. All doors lead through it, so that Slack, HTTP and the command line
 * cannot differ; each refusal is recorded.
 */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get trail(): AuditTrail {
    return this.#options.trail;
  }

  get access(): Access {
    return this.#options.access;
  }

  /**
   * Rights are those of the active version, whatever version a run has.
   *
   * @returns absent: the defaults. @throws {AppError} `workflow_not_found`.
   */
  async permissionsOf(workflowId: string): Promise<Permissions | undefined> {
    const { compiled } = await this.#options.workflows.active(workflowId);
    return compiled.definition.permissions;
  }

  /** @throws {AppError} `not_allowed`, saying whom to ask; `workflow_not_found`. */
  async permit(
    by: string,
    action: PermittedAction,
    workflowId: string,
    attempt: Attempt,
  ): Promise<void> {
    const permissions = await this.permissionsOf(workflowId);
    const verdict = await this.access.may(by, action, permissions);
    if (verdict.allowed) return;
    const refusal = notPermitted(verdict, attempt.what, this.access.admins);
    throw await this.refuse(by, { workflowId, ...attempt }, refusal);
  }

  /** @throws {AppError} `not_allowed` unless this is an admin or the operator. */
  async permitAdmin(by: string, attempt: Attempt): Promise<void> {
    if (await this.access.isAdmin(by)) return;
    throw await this.refuse(by, attempt, adminsOnly(attempt.what, this.access.admins));
  }

  /** Records a refusal. @returns the refusal, to be thrown. */
  async refuse(by: string, attempt: Attempt, refusal: AppError): Promise<AppError> {
    if (!isAppError(refusal, "not_allowed")) return refusal;
    const { what, ...about } = attempt;
    await this.#options.trail.write(by, {
      action: "access",
      ...about,
      result: "refused",
      detail: { attempted: what, reason: refusal.message },
    });
    return refusal;
  }
}
