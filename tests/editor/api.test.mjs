// The real `vscode` API inside the extension host, against the installed package: see carrier/test.js.

import { test } from "node:test";
import { runCarrier, startEditor } from "./editor.mjs";

test("the API shows what the server says", { timeout: 240_000 }, async () => {
  const files = {
    "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
    "requirements.txt": "flask\n",
  };
  const editor = await startEditor({ files, options: ["--vscode-option", "enable-smoke-test-driver"] });
  try {
    for (const line of await runCarrier(editor)) console.log(line);
  } finally {
    await editor.close();
  }
});
