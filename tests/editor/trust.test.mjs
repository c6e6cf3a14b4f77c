// A folder that is not trusted: the extension works there, and runs nothing that the folder names.

import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openFile, picture, quickFixes, runCommand, squiggle, startEditor, untilStatus, until } from "./editor.mjs";

const FILES = {
  ".vscode/settings.json": JSON.stringify({
    "layerwise.interpreter": "${workspaceFolder}/python",
    "layerwise.rules": { "cache/missing-cache-mount": "off" },
  }),
  "python": '#!/bin/sh\ntouch "$(dirname "$0")/was-run"\nexec python3 "$@"\n',
  "requirements.txt": "flask\n",
  "Dockerfile": "FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
};

test("an interpreter that the folder names is run only once the folder is trusted", { timeout: 180_000 }, async () => {
  const vscode = await startEditor({ files: FILES, trust: false, settings: { "security.workspace.trust.startupPrompt": "never" } });
  try {
    const { page, folder } = vscode;
    const interpreter = join(folder, "python");
    const wasRun = () => existsSync(join(folder, "was-run"));
    chmodSync(interpreter, 0o755);
    const dockerfile = await openFile(vscode, "Dockerfile");
    await page.getByText("Restricted Mode").first().waitFor({ timeout: 60_000 });
    await squiggle(dockerfile).waitFor({ timeout: 60_000 });
    assert.match(await untilStatus(vscode, /Layerwise: running/), /with python3$/);
    await runCommand(page, "Go to Next Problem (Error, Warning, Info)");
    await page.keyboard.press("Escape");
    const offered = await quickFixes(page, "--no-cache-dir");
    assert.ok(!offered.some((title) => title.includes("missing-cache-mount")), "the folder's settings of rules count");
    await picture(vscode, "untrusted");
    await page.keyboard.press("Escape");
    await runCommand(page, "Layerwise: Restart Server");
    await untilStatus(vscode, /Layerwise: running, with python3$/);
    assert.ok(!wasRun(), "the folder's interpreter was run in Restricted Mode");

    await runCommand(page, "Workspaces: Manage Workspace Trust");
    await page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
    await until(wasRun, 30_000, () => "the folder's interpreter was not run though the folder is trusted now");
    await page.keyboard.press("Control+w");
    await untilStatus(vscode, new RegExp(`Layerwise: running, with ${interpreter}$`));
    await squiggle(dockerfile).waitFor({ timeout: 20_000 });
  } finally {
    await vscode.close();
  }
});
