import { expect, test } from "vitest";
import { createSecretHider } from "../../src/adapters/secrets.ts";

test.for([
  ["sk-1234567890", 'key sk-1234567890, "sk-1234567890"', 'key [secret], "[secret]"'],
  [
    'with "quotes" and \\',
    'JSON: {"key":"with \\"quotes\\" and \\\\"}',
    'JSON: {"key":"[secret]"}',
  ],
  ["a.b*c+d(e)", "a.b*c+d(e) and aXbbbc", "[secret] and aXbbbc"],
])("the secret %s is blotted out", ([secret, text, shown]) => {
  expect(createSecretHider([secret ?? ""])(text ?? "")).toBe(shown);
});

test("of two secrets the longer one goes first, so that no rest of it stays", () => {
  expect(createSecretHider(["12345678", "1234567890ab"])("1234567890ab")).toBe("[secret]");
});

test("short values are words of everyday text and stay", () => {
  expect(createSecretHider(["admin", ""])("admin")).toBe("admin");
});
