// `make editor`: the sample project in a VS Code in the browser, until Ctrl+C.

import { join } from "node:path";
import { PROJECT, startEditor } from "./editor.mjs";

const editor = await startEditor({ files: join(PROJECT, "demo", "shop"), browse: false });
console.log(`\n  ${editor.origin}/?folder=${editor.folder}\n\nOpen api/Dockerfile there. It is a copy: change what you like. Ctrl+C ends it.`);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => { void editor.close().then(() => process.exit(0)); });
}
