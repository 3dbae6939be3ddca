import { join } from "node:path";
import { expect, test } from "vitest";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { contentOf, TestBot } from "../support/bot.ts";

test("a trigger whose query the database refuses is reported to admins, with the reason", async () => {
  await using folder = await tempFolder();
  await using service = createDatabaseService({
    urls: { default: `sqlite:${join(folder.path, "shop.db")}` },
  });
  const orders = {
    id: "orders",
    name: "Orders",
    trigger: { type: "database-change", query: "SELECT * FROM orders", mark: "changed" },
    steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
  };
  await using bot = await TestBot.start({
    definitions: [orders],
    admins: ["U0CAROL"],
    connected: true,
    services: [service],
  });

  const notice = await bot.message("D0CAROL", /is not started by rows of its database/);
  expect(contentOf(notice)).toContain("no such table: orders");
});
