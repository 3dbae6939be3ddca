import type { z } from "zod";
import type { Outage } from "../../shared/circuit-breaker.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Wording } from "../../shared/wording.ts";
import type { RunFiles } from "./files.ts";
import type { RowSource } from "./row-source.ts";

/** From when on what a trigger looks for is new. */
export interface NewSince {
  /** ISO 8601, in UTC. */
  readonly at: string;
  /**
   * Time zone of the clock by which a database's columns without a time zone were written; `null`: that of the database or UTC,
   * whichever is behind the other.
   */
  readonly timezone: string | null;
}

/** What one attempt of a service action is given besides its parameters. */
export interface ServiceContext {
  /**
   * Equal in every automatic attempt of the step: send it along wherever the other side can
   * recognize a repeat.
   */
  readonly idempotencyKey: string;
  readonly executionId: string;
  readonly workflowId: string;
  readonly stepId: string;
  /** When the execution began, in milliseconds since 1970: where there is a queue, older ones go first. */
  readonly startedAt: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Slack user id of the person who started the run. Absent: no person did. */
  readonly startedBy?: string;
  /** Where each parameter has its value from. Absent: data may have chosen all of them. */
  readonly origins?: Readonly<Record<string, ParamOrigin>>;
  /**
   * Masks what is sensitive in the run wherever it occurs in a value: for what people see who must not
   * know it. Absent: nothing is sensitive.
   */
  readonly hideSensitive?: <T>(value: T) => T;
  /** The secrets that stand in the parameters, and where. Absent: none. */
  readonly secrets?: readonly SecretUse[];
  /**
   * Masks every secret in a text, however it is written. What a service gives back is masked by the
   * engine; a service calls it before it cuts a text, since half a secret is not recognized any
   * more. Absent: nothing is secret.
   */
  readonly hideSecrets?: (text: string) => string;
  /** Of a trigger that looks for rows: the one value of its query, as text in the parameters. Absent: a step calls. */
  readonly newSince?: NewSince;
  /** The files of the execution. */
  readonly files: RunFiles;
  /** Aborts at the step's time-out and at cancellation. */
  readonly signal: AbortSignal;
}

/**
 * Where a parameter has its value from.
 *
 * - `definition`: it is written there in full, so that no one but its author chose it.
 * - `action`: it is one member of what an action gave in this run.
 * - `data`: a template put something in.
 */
export type ParamOrigin =
  | { readonly kind: "definition" | "data" }
  | {
      readonly kind: "action";
      /** `slack.createChannel` */
      readonly action: string;
      /** `channel` of its output. */
      readonly member: string;
    };

/** A `{{secrets.NAME}}` in the parameters of a call. */
export interface SecretUse {
  readonly name: string;
  /** The member of the parameters that holds it. */
  readonly path: readonly (string | number)[];
}

/** What an attempt does after an earlier one whose outcome is unknown. */
export type UnknownPolicy = "repeat" | "look" | "ask";

export interface ServiceAction {
  /** One line for people: what it does. */
  readonly summary: string;
  /** Parameters of a call as a workflow may have it, for the documentation. */
  readonly example?: JsonObject;
  /**
   * What a call with these parameters does, in one sentence for people: rendered by code, so that
   * reviewers see the action itself and no summary of it. Parameters may still hold templates, and
   * may be incomplete.
   */
  describe?(params: JsonObject): string;
  /**
   * What a call with these parameters does and every place that it sends to, for people who decide whether it is deployed: the
   * parameters themselves are shown beside it. They may still hold templates, and may be incomplete. Absent: the action is named.
   */
  outline?(params: JsonObject): Wording;
  /**
   * What is wrong with parameters that fit one by one: two that exclude each other, one that means nothing without another. They may
   * still hold templates. Absent: nothing.
   */
  checkTogether?(params: JsonObject): readonly {
    readonly path: readonly (string | number)[];
    readonly message: string;
    readonly fix: string;
  }[];
  /** The action's parameters after templates were resolved; a strict object. */
  readonly params: z.ZodObject;
  /** Does it change something outside? Shown to reviewers. */
  readonly sideEffect: boolean;
  /**
   * What speaks against the secrets in these parameters, which may still hold templates. Called
   * only where there are any.
   */
  checkSecrets?(
    params: JsonObject,
    secrets: readonly SecretUse[],
  ): readonly {
    readonly path: readonly (string | number)[];
    readonly message: string;
    readonly fix: string;
  }[];
  /**
   * Do these parameters only read? Then they change nothing, whatever `sideEffect` says. They may
   * still hold templates. Absent: no parameters do.
   */
  reads?(params: JsonObject): boolean;
  /** Do these parameters carry data of the run out, though the call only reads? Absent: they do not. */
  carriesOut?(params: JsonObject): boolean;
  /**
   * The system that a call with these parameters needs, as people call it (`api.example.com`, `the database "orders"`): what fails
   * there says nothing of other calls, and after some failures in a row calls to it wait. Absent, or `null`: it is nothing that can be
   * away by itself, or has its own way to wait.
   */
  counterpart?(params: JsonObject): string | null;
  /** A function where it depends on the parameters: a read may be repeated, a payment may not. */
  readonly onUnknown: UnknownPolicy | ((params: JsonObject) => UnknownPolicy);
  /**
   * Does the work once. May be called again with the same `idempotencyKey`.
   *
   * @throws {AppError} whose `retryable`, `retryAfterMs` and `outcomeUnknown` say what to do next.
   */
  execute(params: JsonObject, context: ServiceContext): Promise<Json>;
  /**
   * Checks whether an earlier attempt with this key had its effect; its output, or `null`. Needed
   * where `onUnknown` is `look`.
   */
  look?(params: JsonObject, context: ServiceContext): Promise<Json | null>;
}

/** An adapter to one system of the outside world. */
export interface Service {
  readonly name: string;
  /** The action of a step that names none. */
  readonly defaultAction: string;
  readonly actions: Readonly<Record<string, ServiceAction>>;
  /** Name of the credential that all its actions use. Absent: none, or their parameters name one. */
  readonly credential?: string;
  /** Of a service that reads databases: what triggers find there. */
  readonly rows?: RowSource;
}

/** The services that definitions may name. */
export interface ServiceRegistry {
  get(name: string): Service | undefined;
  names(): readonly string[];
  /** Systems that failed so often that this process does not call them for the moment. @default none */
  outages?(): readonly Outage[];
  /** Calls a system again as if it had not failed. @param id - of an outage. @returns whether there was one. */
  endOutage?(id: string): boolean;
}

/** Calls an action by name: `execute(action, params, context)`. Parameters are checked first. */
export interface ServiceCaller {
  execute(
    service: string,
    action: string,
    params: JsonObject,
    context: ServiceContext,
  ): Promise<Json>;
}
