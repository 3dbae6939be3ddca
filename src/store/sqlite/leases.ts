import type { ExecutionRecord, LeaseStore } from "../../engine/ports/executions.ts";
import type { ProcessRecord, ProcessStore } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { SELECT_HEADS, toHead } from "./head-rows.ts";
import { integer, integerOrNull, type Row, text } from "./row.ts";

/** Which worker owns which execution, until when, and which execution is due next. */
export function createLeases(connection: Connection): LeaseStore {
  const selectDue = connection.prepare(
    `${SELECT_HEADS} WHERE due <= ? ORDER BY due, execution_id LIMIT ?`,
  );
  const lease = connection.prepare("UPDATE heads SET owner = ?, due = ? WHERE execution_id = ?");
  const leaseIfFree = connection.prepare(
    `UPDATE heads SET owner = ?, due = ?
     WHERE execution_id = ? AND (owner IS NULL OR owner = ? OR due IS NULL OR due <= ?)`,
  );
  const select = connection.prepare(`${SELECT_HEADS} WHERE execution_id = ?`);
  const renew = connection.prepare("UPDATE heads SET due = ? WHERE owner = ?");
  const voidAll = connection.prepare(
    "UPDATE heads SET owner = NULL, due = ? WHERE owner IS NOT NULL",
  );
  const selectOwned = connection.prepare(`${SELECT_HEADS} WHERE owner = ?`);
  const release = connection.prepare("UPDATE heads SET owner = NULL, due = ? WHERE owner = ?");
  const forgetCardClaims = connection.prepare("DELETE FROM card_claims");
  const forgetProcesses = connection.prepare("DELETE FROM processes");
  const selectNext = connection.prepare("SELECT min(due) AS due FROM heads WHERE due <= ?");

  return {
    claimDue: ({ worker, now, leaseUntil, limit }) =>
      connection.write((): readonly ExecutionRecord[] =>
        selectDue.all(now, limit).map((row) => {
          const head = { ...toHead(row), owner: worker, due: leaseUntil };
          lease.run(worker, leaseUntil, head.executionId);
          return head;
        }),
      ),
    claim: (executionId, { worker, now, leaseUntil }) =>
      connection.write(() => {
        if (leaseIfFree.run(worker, leaseUntil, executionId, worker, now).changes === 0)
          return null;
        const row = select.get(executionId);
        return row === undefined ? null : toHead(row);
      }),
    renew: (worker, leaseUntil) =>
      connection.write(() => {
        renew.run(leaseUntil, worker);
      }),
    ownedBy: (worker) => connection.read(() => selectOwned.all(worker).map(toHead)),
    release: (worker, now) =>
      connection.write(() => {
        release.run(now, worker);
      }),
    voidAll: (now) =>
      connection.write(() => {
        voidAll.run(now);
        forgetProcesses.run();
        forgetCardClaims.run();
      }),
    nextDue: (until) =>
      connection.read(() => {
        const row = selectNext.get(until);
        return row === undefined ? null : integerOrNull(row, "due");
      }),
  };
}

/** The processes that share the store: here it is one. */
export function createProcesses(connection: Connection): ProcessStore {
  const replace = connection.prepare(
    "REPLACE INTO processes (id, name, started_at, seen_at) VALUES (?, ?, ?, ?)",
  );
  const select = connection.prepare("SELECT * FROM processes ORDER BY id");
  const remove = connection.prepare("DELETE FROM processes WHERE id = ? AND seen_at = ?");
  return {
    save: ({ id, name, startedAt, seenAt }) =>
      connection.write(() => {
        replace.run(id, name, startedAt, seenAt);
      }),
    list: () => connection.read(() => select.all().map(toProcess)),
    remove: ({ id, seenAt }) => connection.write(() => remove.run(id, seenAt).changes === 1),
  };
}

function toProcess(row: Row): ProcessRecord {
  return {
    id: text(row, "id"),
    name: text(row, "name"),
    startedAt: integer(row, "started_at"),
    seenAt: integer(row, "seen_at"),
  };
}
