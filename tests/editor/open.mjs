// `make editor`: the sample project in a VS Code in the browser, until Ctrl+C.

import { join } from "node:path";
import { address, PROJECT, startEditor } from "./editor.mjs";

let editor, asked = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    asked = true;
    if (editor === undefined) process.exit(0); // It was only starting.
    void editor.close().then(() => process.exit(0));
  });
}
console.log("\nStarting the editor …");
editor = await startEditor({ files: join(PROJECT, "demo", "shop"), name: "shop", browse: false });
console.log(`
  ${address(editor, "api/Dockerfile")}

Open this address in a browser on this machine. It shows a copy of the sample project: change what you like.
Ctrl+C ends it.`);
await editor.ended;
if (!asked) {
  console.error("The editor has ended by itself.");
  process.exitCode = 1;
}
