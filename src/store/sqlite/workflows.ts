import type {
  Archived,
  VersionRecord,
  VersionSummary,
  WorkflowRecord,
  WorkflowStore,
} from "../../engine/ports/workflows.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { createWorkflows, WORKFLOWS } from "../records.ts";
import type { Connection } from "./connection.ts";
import { recordTable } from "./record-table.ts";
import { integer, json, type Row, text } from "./row.ts";

/** Workflows and their numbered, unchanging versions. */
export function openWorkflows(connection: Connection): WorkflowStore {
  const insertVersion = connection.prepare(
    `INSERT INTO versions (workflow_id, version, content_hash, deployed_by, deployed_at, definition, pins)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const selectVersion = connection.prepare(
    "SELECT * FROM versions WHERE workflow_id = ? AND version = ?",
  );
  const selectVersions = connection.prepare(
    `SELECT workflow_id, version, content_hash, deployed_by, deployed_at FROM versions
     WHERE workflow_id = ? ORDER BY version DESC`,
  );

  return createWorkflows(recordTable(connection, WORKFLOWS, toWorkflow), {
    async insertVersion(record) {
      const { workflowId, version, contentHash, deployedBy, deployedAt } = record;
      const body = JSON.stringify(record.definition);
      const pins = record.pins === undefined ? null : JSON.stringify(record.pins);
      return await connection.write(() => {
        const result = insertVersion.run(
          workflowId,
          version,
          contentHash,
          deployedBy,
          deployedAt,
          body,
          pins,
        );
        return result.changes === 1;
      });
    },
    getVersion: (workflowId, version) =>
      connection.read(() => {
        const row = selectVersion.get(workflowId, version);
        return row === undefined ? null : toVersion(row);
      }),
    listVersions: (workflowId) =>
      connection.read(() => selectVersions.all(workflowId).map(toVersionSummary)),
  });
}

function toVersionSummary(row: Row): VersionSummary {
  return {
    workflowId: text(row, "workflow_id"),
    version: integer(row, "version"),
    contentHash: text(row, "content_hash"),
    deployedBy: text(row, "deployed_by"),
    deployedAt: integer(row, "deployed_at"),
  };
}

export function toVersion(row: Row): VersionRecord {
  const pins = row["pins"] === null ? {} : { pins: json<VersionRecord["pins"]>(row, "pins") };
  return { ...toVersionSummary(row), definition: json(row, "definition"), ...omitUndefined(pins) };
}

export function toWorkflow(row: Row): WorkflowRecord {
  return {
    workflowId: text(row, "workflow_id"),
    name: text(row, "name"),
    activeVersion: integer(row, "active_version"),
    files: json(row, "files"),
    updatedAt: integer(row, "updated_at"),
    ...(row["archived"] !== null && { archived: json<Archived>(row, "archived") }),
  };
}
