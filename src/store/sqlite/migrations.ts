/** Adds what a row of `totals` gained to its day, whatever wrote it. Part of a released step: never edited. */
function totalsDaysTrigger(event: string): string {
  const columns = [
    ...["started", "completed", "failed", "cancelled", "duration_ms", "cost_nano", "cost_unknown"],
    ...["calls", "prompt_tokens", "completion_tokens"],
  ];
  const gained = columns.map((column) =>
    event === "INSERT" ? `NEW.${column}` : `NEW.${column} - OLD.${column}`,
  );
  return `
  CREATE TRIGGER totals_days_${event.toLowerCase()} AFTER ${event} ON totals WHEN NEW.dimension IN ('workflow', 'person', 'model') BEGIN
    INSERT INTO totals_days (dimension, day, name, ${columns.join(", ")})
    VALUES (NEW.dimension, NEW.hour - NEW.hour % 86400000, iif(NEW.dimension = 'workflow', NEW.workflow_id, NEW.name), ${gained.join(", ")})
    ON CONFLICT (dimension, day, name) DO UPDATE SET ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")};
  END;`;
}

/**
 * The tables, as numbered steps. Forward only: a step is never edited once released, a change is a
 * new step.
 *
 * JSON from outside is kept as text, so that any key and any number survives. What changes often
 * (`heads`) is kept apart from what is large and never changes (`starts`), because SQLite rewrites
 * a row whole.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE heads (
    execution_id  TEXT PRIMARY KEY,
    workflow_id   TEXT NOT NULL,
    version       INTEGER NOT NULL,
    status        TEXT NOT NULL,
    rev           INTEGER NOT NULL,
    due           INTEGER,
    owner         TEXT,
    started_at    INTEGER NOT NULL,
    started_by    TEXT,
    ended_at      INTEGER,
    waiting_on    TEXT NOT NULL,
    open_requests TEXT NOT NULL,
    cost_nano     INTEGER NOT NULL,
    cost_unknown  INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX heads_due ON heads (due, execution_id) WHERE due IS NOT NULL;
  CREATE INDEX heads_owner ON heads (owner) WHERE owner IS NOT NULL;
  CREATE INDEX heads_started ON heads (started_at, execution_id);
  CREATE INDEX heads_workflow ON heads (workflow_id, started_at, execution_id);
  CREATE INDEX heads_status ON heads (status, started_at, execution_id);
  CREATE INDEX heads_started_by ON heads (started_by, started_at, execution_id) WHERE started_by IS NOT NULL;

  CREATE TABLE starts (
    execution_id TEXT PRIMARY KEY,
    event        TEXT NOT NULL
  ) STRICT;

  CREATE TABLE log (
    execution_id TEXT NOT NULL,
    rev          INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    commit_id    TEXT NOT NULL,
    at           INTEGER NOT NULL,
    events       TEXT NOT NULL,
    PRIMARY KEY (execution_id, rev)
  ) STRICT;

  CREATE TABLE inbox (
    id           TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    kind         TEXT NOT NULL,
    payload      TEXT NOT NULL,
    at           INTEGER NOT NULL,
    settled      INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX inbox_pending ON inbox (at, id) WHERE settled = 0;
  CREATE INDEX inbox_pending_execution ON inbox (execution_id, at, id) WHERE settled = 0;

  CREATE TABLE versions (
    workflow_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    deployed_by  TEXT NOT NULL,
    deployed_at  INTEGER NOT NULL,
    definition   TEXT NOT NULL,
    PRIMARY KEY (workflow_id, version)
  ) STRICT;

  CREATE TABLE workflows (
    workflow_id    TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    active_version INTEGER NOT NULL,
    files          TEXT NOT NULL,
    updated_at     INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE dedupe (
    key          TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    expires_at   INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dedupe_expiry ON dedupe (expires_at);

  CREATE TABLE calls (
    id           TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    at           INTEGER NOT NULL,
    record       TEXT NOT NULL
  ) STRICT;
  CREATE INDEX calls_execution ON calls (execution_id, at, id);

  CREATE TABLE cards (
    id           TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    channel      TEXT NOT NULL,
    ts           TEXT,
    shown        TEXT,
    final        INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX cards_execution ON cards (execution_id, id);
  CREATE INDEX cards_unfinished ON cards (execution_id) WHERE final = 0;
  `,
  `
  CREATE TABLE totals (
    workflow_id  TEXT NOT NULL,
    hour         INTEGER NOT NULL,
    step_id      TEXT NOT NULL,
    started      INTEGER NOT NULL,
    completed    INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    cancelled    INTEGER NOT NULL,
    duration_ms  INTEGER NOT NULL,
    cost_nano    INTEGER NOT NULL,
    cost_unknown INTEGER NOT NULL,
    PRIMARY KEY (workflow_id, hour, step_id)
  ) STRICT;
  CREATE INDEX totals_hour ON totals (hour);
  `,
  `
  CREATE TABLE marks (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE drafts (
    id         TEXT PRIMARY KEY,
    channel    TEXT NOT NULL,
    thread_ts  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    record     TEXT NOT NULL
  ) STRICT;
  CREATE INDEX drafts_thread ON drafts (channel, thread_ts, created_at, id);
  `,
  `
  ALTER TABLE calls ADD COLUMN prompt TEXT;
  CREATE INDEX calls_prompt ON calls (prompt, at, id) WHERE prompt IS NOT NULL;

  CREATE TABLE prompt_versions (
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    record     TEXT NOT NULL,
    PRIMARY KEY (name, version)
  ) STRICT;
  CREATE TABLE prompts (
    name   TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT;

  CREATE TABLE samples (
    id          TEXT PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    prompt      TEXT,
    at          INTEGER NOT NULL,
    record      TEXT NOT NULL
  ) STRICT;
  CREATE INDEX samples_workflow ON samples (workflow_id, at, id);
  CREATE INDEX samples_prompt ON samples (prompt, at, id) WHERE prompt IS NOT NULL;
  `,
  `
  CREATE TABLE totals_by (
    dimension         TEXT NOT NULL,
    workflow_id       TEXT NOT NULL,
    hour              INTEGER NOT NULL,
    name              TEXT NOT NULL,
    started           INTEGER NOT NULL,
    completed         INTEGER NOT NULL,
    failed            INTEGER NOT NULL,
    cancelled         INTEGER NOT NULL,
    duration_ms       INTEGER NOT NULL,
    cost_nano         INTEGER NOT NULL,
    cost_unknown      INTEGER NOT NULL,
    calls             INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (dimension, workflow_id, hour, name)
  ) STRICT;
  INSERT INTO totals_by SELECT iif(step_id = '', 'workflow', 'step'), workflow_id, hour, step_id, started, completed, failed,
    cancelled, duration_ms, cost_nano, cost_unknown, 0, 0, 0 FROM totals;
  DROP TABLE totals;
  ALTER TABLE totals_by RENAME TO totals;
  CREATE INDEX totals_hour ON totals (dimension, hour);
  ALTER TABLE calls ADD COLUMN workflow_id TEXT;
  ALTER TABLE calls ADD COLUMN cost TEXT;
  UPDATE calls SET workflow_id = record ->> '$.workflowId', cost = json_object('id', id, 'at', at, 'model', record -> '$.model',
    'usage', record -> '$.usage', 'costNano', record -> '$.costNano', 'priceVersion', record -> '$.priceVersion');
  CREATE INDEX calls_workflow ON calls (workflow_id, at, id);
  `,
  `
  CREATE TABLE card_claims (
    execution_id TEXT PRIMARY KEY,
    holder       TEXT NOT NULL,
    until        INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE processes (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE events (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    record  TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX events_name ON events (name, at, id);
  CREATE INDEX events_pending ON events (at, id) WHERE settled = 0;
  CREATE TABLE subscriptions (
    name         TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    PRIMARY KEY (name, execution_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE budgets (
    scope   TEXT NOT NULL,
    subject TEXT NOT NULL,
    record  TEXT NOT NULL,
    PRIMARY KEY (scope, subject)
  ) STRICT;
  `,
  `
  CREATE TABLE slots (
    line         TEXT NOT NULL,
    slot         INTEGER NOT NULL,
    execution_id TEXT NOT NULL,
    PRIMARY KEY (line, slot)
  ) STRICT;
  CREATE TABLE lines (
    line         TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (line, execution_id)
  ) STRICT;
  CREATE INDEX lines_next ON lines (line, at, execution_id);
  `,
  `
  CREATE TABLE audit (
    id           TEXT PRIMARY KEY,
    actor        TEXT NOT NULL,
    action       TEXT NOT NULL,
    workflow_id  TEXT,
    execution_id TEXT,
    record       TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_actor ON audit (actor, id);
  CREATE INDEX audit_action ON audit (action, id);
  CREATE INDEX audit_workflow ON audit (workflow_id, id) WHERE workflow_id IS NOT NULL;
  CREATE INDEX audit_execution ON audit (execution_id, id) WHERE execution_id IS NOT NULL;
  `,
  `
  ALTER TABLE versions ADD COLUMN pins TEXT;
  `,
  `
  ALTER TABLE cards ADD COLUMN why TEXT;
  `,
  `
  CREATE TABLE files (
    ref        TEXT PRIMARY KEY,
    size       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX files_expiry ON files (expires_at, ref);
  CREATE TABLE file_parts (
    ref   TEXT NOT NULL,
    part  INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (ref, part)
  ) STRICT;
  CREATE TABLE file_links (
    ref    TEXT NOT NULL,
    holder TEXT NOT NULL,
    at     INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (ref, holder)
  ) STRICT;
  CREATE INDEX file_links_holder ON file_links (holder, at, ref);
  `,
  `
  CREATE INDEX heads_asking ON heads (started_at, execution_id) WHERE open_requests <> '[]';
  CREATE INDEX heads_under_way ON heads (started_by, started_at, execution_id)
    WHERE started_by IS NOT NULL AND status IN ('queued', 'running', 'waiting');
  CREATE INDEX totals_name ON totals (dimension, name, hour);
  CREATE INDEX drafts_newest ON drafts (created_at, id);
  `,
  `
  CREATE TABLE totals_days (
    dimension         TEXT NOT NULL,
    day               INTEGER NOT NULL,
    name              TEXT NOT NULL,
    started           INTEGER NOT NULL,
    completed         INTEGER NOT NULL,
    failed            INTEGER NOT NULL,
    cancelled         INTEGER NOT NULL,
    duration_ms       INTEGER NOT NULL,
    cost_nano         INTEGER NOT NULL,
    cost_unknown      INTEGER NOT NULL,
    calls             INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (dimension, day, name)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO totals_days SELECT dimension, hour - hour % 86400000, iif(dimension = 'workflow', workflow_id, name), sum(started),
    sum(completed), sum(failed), sum(cancelled), sum(duration_ms), sum(cost_nano), sum(cost_unknown), sum(calls), sum(prompt_tokens),
    sum(completion_tokens) FROM totals WHERE dimension IN ('workflow', 'person', 'model') GROUP BY 1, 2, 3;
  ${["INSERT", "UPDATE"].map(totalsDaysTrigger).join("")}
  `,
  `
  CREATE TABLE labels (
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    labeled_at INTEGER NOT NULL,
    labeled_id TEXT NOT NULL,
    PRIMARY KEY (name, value, labeled_at, labeled_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX heads_ended ON heads (started_by, ended_at, execution_id)
    WHERE started_by IS NOT NULL AND ended_at IS NOT NULL;
  `,
  `
  ALTER TABLE workflows ADD COLUMN archived TEXT;
  `,
  `
  CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    record     TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tokens_owner ON tokens (owner, created_at, id);
  CREATE INDEX tokens_newest ON tokens (created_at, id);
  `,
  `
  CREATE TABLE answers (
    id         TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    record     TEXT NOT NULL
  ) STRICT;
  CREATE INDEX answers_expiry ON answers (expires_at);
  `,
  `
  CREATE INDEX heads_workflow_status ON heads (workflow_id, status, started_at, execution_id);
  CREATE INDEX heads_workflow_version ON heads (workflow_id, version, started_at, execution_id);
  `,
  `
  CREATE TABLE removals (
    execution_id TEXT PRIMARY KEY,
    record       TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX inbox_execution ON inbox (execution_id);
  `,
  `
  CREATE TABLE credentials (
    id     TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT;
  `,
];
