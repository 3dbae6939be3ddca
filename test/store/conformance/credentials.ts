import { describe, expect, test } from "vitest";
import { credential, type OpenStore } from "../records.ts";

export function credentialsConformance(open: OpenStore): void {
  describe("credentials", () => {
    test("are found by name, replaced and removed", async () => {
      await using store = await open();
      const [github, jira] = [credential("github"), credential("jira")];
      await store.credentials.save(jira);
      await store.credentials.save(github);

      expect(await store.credentials.get("github")).toEqual(github);
      expect(await store.credentials.get("linear")).toBeNull();
      expect(await store.credentials.list()).toEqual([github, jira]);

      const rotated = credential("github", {
        values: { kind: "bearer", token: "another-token" },
        previous: { values: github.values, until: github.setAt + 1 },
      });
      await store.credentials.save(rotated);
      await store.credentials.remove("jira");
      await store.credentials.remove("linear");

      expect(await store.credentials.list()).toEqual([rotated]);
    });
  });
}
