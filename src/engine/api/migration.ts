export interface MigrationRequest {
  readonly executionId: string;
  /** Slack user id or `api`. */
  readonly by: string;
  /** @default the active version */
  readonly version?: number;
}

export interface MigrationResult {
  readonly executionId: string;
  readonly version: number;
  /** The version that it executed until then. */
  readonly previous: number;
  /** `false`: it executes that version already. */
  readonly changed: boolean;
}
