import { expect, test } from "vitest";
import { missingRightsOf } from "../../../src/store/mongodb/inspect.ts";

/** As MongoDB answers `{connectionStatus: 1, showPrivileges: true}`. */
function status(users: readonly object[], privileges?: readonly object[]): object {
  return {
    authInfo: {
      authenticatedUsers: users,
      authenticatedUserRoles: [],
      ...(privileges && { authenticatedUserPrivileges: privileges }),
    },
    ok: 1,
  };
}

const BOT = [{ user: "bot", db: "admin" }];
const READ = ["collStats", "dbHash", "find", "listCollections", "listIndexes"];
const WRITE = [...READ, "createCollection", "createIndex", "insert", "remove", "update"];

test("a server without logins asks for no rights", () => {
  expect(missingRightsOf(status([], []), "heddle")).toEqual([]);
});

test("readWrite on this database, or on all, is enough", () => {
  const own = { resource: { db: "heddle", collection: "" }, actions: WRITE };
  const all = { resource: { db: "", collection: "" }, actions: WRITE };
  const any = { resource: { anyResource: true }, actions: ["anyAction"] };

  for (const privilege of [own, all, any])
    expect(missingRightsOf(status(BOT, [privilege]), "heddle")).toEqual([]);
});

test("a user who may only read, or write to another database, lacks the rest", () => {
  const read = { resource: { db: "heddle", collection: "" }, actions: READ };
  const other = { resource: { db: "shop", collection: "" }, actions: WRITE };
  const one = { resource: { db: "heddle", collection: "heads" }, actions: WRITE };

  expect(missingRightsOf(status(BOT, [read, other, one]), "heddle")).toEqual([
    "insert",
    "update",
    "remove",
    "createCollection",
    "createIndex",
  ]);
});

test("an answer without privileges says nothing", () => {
  expect(missingRightsOf(status(BOT), "heddle")).toBeNull();
  expect(missingRightsOf({ ok: 1 }, "heddle")).toBeNull();
});
