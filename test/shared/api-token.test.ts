import { describe, expect, test } from "vitest";
import { hideApiTokens, isApiToken, newApiToken } from "../../src/shared/api-token.ts";

describe("a token of the API", () => {
  test("is recognized by its beginning and its checksum, and no two are equal", () => {
    const tokens = Array.from({ length: 200 }, newApiToken);

    expect(new Set(tokens).size).toBe(200);
    for (const token of tokens) {
      expect(token).toMatch(/^heddle_[0-9A-Za-z]{49}$/);
      expect(isApiToken(token)).toBe(true);
    }
  });

  test("with a character that was mistyped is none", () => {
    const token = newApiToken();

    for (let at = "heddle_".length; at < token.length; at += 1) {
      const other = token[at] === "x" ? "y" : "x";
      expect(isApiToken(token.slice(0, at) + other + token.slice(at + 1))).toBe(false);
    }
    for (const other of ["", "heddle_", `${token}0`, ` ${token}`, token.slice(0, -1)])
      expect(isApiToken(other)).toBe(false);
  });

  test("is hidden wherever it stands in a text", () => {
    const token = newApiToken();

    expect(hideApiTokens(`curl -H "Authorization: Bearer ${token}" -d '{"t":"${token}"}'`)).toBe(
      `curl -H "Authorization: Bearer [secret]" -d '{"t":"[secret]"}'`,
    );
    expect(hideApiTokens("heddle_jobs and heddle_")).toBe("heddle_jobs and heddle_");
  });
});
