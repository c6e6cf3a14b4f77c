// Beside another extension for Dockerfiles, and without a Python: what the user is told, and that nothing else changes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openFile, picture, PROJECT, set, startEditor, switchTo, until } from "./editor.mjs";

const BROKEN = { ".vscode/settings.json": "{}", "Dockerfile": "FROM debian:12-slim\nRUNN x\nMAINTAINER Ada\n" };
const toast = (page) => page.locator(".notifications-toasts .notification-list-item");
const read = (path) => JSON.parse(readFileSync(path, "utf8"));

test("beside Docker DX a note offers, once, to turn our syntax errors off", { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "layerwise-other-"));
  let editor;
  try {
    editor = await startEditor({ files: BROKEN, extensions: [packed(folder)] });
    const before = read(editor.settings);
    const { page } = editor;
    const dockerfile = await openFile(editor, "Dockerfile");
    await dockerfile.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
    await toast(page).filter({ hasText: "reports syntax errors" }).waitFor({ timeout: 30_000 });
    await picture(editor, "coexistence");
    await toast(page).getByText("Turn Off Ours").click();
    await dockerfile.locator(".squiggly-error").first().waitFor({ state: "detached", timeout: 30_000 });
    assert.ok(await dockerfile.locator(".squiggly-warning, .squiggly-info, .squiggly-hint").count() > 0, "other findings stay");
    await until(() => "layerwise.syntaxErrors" in read(editor.settings), 10_000);
    assert.deepEqual(read(editor.settings), { ...before, "layerwise.syntaxErrors": false });
  } finally {
    await editor?.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("without a usable Python a message says so and leads to the setting", { timeout: 180_000 }, async () => {
  const editor = await startEditor({ files: BROKEN, settings: { "layerwise.interpreter": "/nowhere/python" } });
  try {
    const { page } = editor;
    const dockerfile = await openFile(editor, "Dockerfile");
    const message = toast(page).filter({ hasText: "Layerwise needs Python 3.11 or newer" });
    await message.waitFor({ timeout: 60_000 });
    await picture(editor, "no-python");
    assert.match(await message.innerText(), /\/nowhere\/python/);
    await message.getByText("Choose Interpreter").click();
    await page.locator(".settings-editor").waitFor({ timeout: 20_000 });
    await picture(editor, "no-python-settings");
    await page.keyboard.press("Escape");
    await page.locator(".settings-editor").waitFor({ state: "hidden", timeout: 10_000 });
    await set(editor, { "layerwise.interpreter": "python3" });
    await switchTo(editor, "Dockerfile");
    await dockerfile.locator(".squiggly-error").first().waitFor({ timeout: 30_000 });
  } finally {
    await editor.close();
  }
});

/** An extension that has the other one's id and does nothing. */
function packed(folder) {
  const manifest = { name: "docker", publisher: "docker", displayName: "Docker DX", version: "0.0.1", engines: { vscode: "^1.91.0" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "README.md"), "Nothing.\n");
  const vsce = join(PROJECT, "client-vscode/node_modules/@vscode/vsce/vsce");
  const options = ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", join(folder, "other.vsix")];
  execFileSync(process.execPath, [vsce, ...options], { cwd: folder, stdio: "pipe" });
  return join(folder, "other.vsix");
}
