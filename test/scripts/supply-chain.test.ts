import { describe, expect, test } from "vitest";
import { judgeSignatures } from "../../scripts/supply-chain/judge-signatures.ts";

describe("signatures of the registry", () => {
  test("count as verified when npm says so", () => {
    const output = "audited 412 packages in 9s\n\n412 packages have verified registry signatures\n";
    expect(judgeSignatures(0, output)).toEqual({
      outcome: "verified",
      text: "412 packages have verified registry signatures",
    });
  });

  test.for([
    [
      "the keys cannot be reached",
      1,
      "npm error network request failed, reason: getaddrinfo ENOTFOUND keys.example",
    ],
    [
      "a mirror has none",
      1,
      "3 packages have missing registry signatures but the registry is providing signing keys:",
    ],
    [
      "the registry has none",
      1,
      "npm error found no dependencies to audit that were installed from a supported registry",
    ],
    ["the registry refuses", 1, "npm error code E404"],
    ["it takes too long", null, ""],
  ] as const)("are skipped with the reason when %s", ([, code, output]) => {
    const { outcome, text } = judgeSignatures(code, `npm warn x\n${output}\n`);
    expect(outcome).toBe("skipped");
    expect(text).not.toBe("");
  });

  test.for([
    "1 package has an invalid registry signature:\nname@1.0.0 (https://registry.npmjs.org/)\nSomeone might have tampered with this package",
    "2 packages have invalid attestations:",
    "npm error something else altogether",
  ])("fail when one is wrong, or nobody knows why: %s", (output) => {
    expect(judgeSignatures(1, output).outcome).toBe("failed");
  });
});
