/** Refuses to run on a Node that is not the project's own: vitest itself would start on others and fail later, obscurely. */
const [major] = process.versions.node.split(".").map(Number);
if ((major ?? 0) < 26) {
  throw new Error(
    `The tests need Node 26 or newer and run on ${process.versions.node}. Use "npm test", which finds the Node that "npm ci" installed.`,
  );
}
