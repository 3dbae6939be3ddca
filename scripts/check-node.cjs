// Loaded before a program ("node -r") to name the Node that it needs. CommonJS, so that any Node can load it.
"use strict";
const required = 26;
const major = Number(process.versions.node.split(".")[0]);
if (major < required) {
  console.error(
    `Heddle needs Node ${required} or newer and found ${process.versions.node}. ` +
      `Run "npm ci" (it installs Node as a package, without "--omit=optional"), then use "npm run …"; ` +
      `on a platform without such a package install Node ${required} yourself.`,
  );
  process.exit(78);
}
