// What a person does in the real VS Code with the packaged extension: look, type, press keys, save.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  choose, clickWord, hover, openFile, picture, quickFixes, runCommand, save, serverPids, set, startEditor, switchTo, until,
} from "./editor.mjs";

const FILES = {
  ".vscode/settings.json": "{}",
  "requirements.txt": "flask\n",
  "app.py": "print('hello')\n",
  "merge.Dockerfile": 'FROM debian:12-slim\nRUN groupadd app\nRUN useradd -g app app\nCMD ["bash"]\n',
  "cache.Dockerfile": "FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
  "order.Dockerfile": 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\nCMD ["python", "app.py"]\n',
  "all.Dockerfile": "FROM python:3.12-slim\nMAINTAINER Ada\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
};
const CACHED = FILES["cache.Dockerfile"].replace("pip install", "pip install --no-cache-dir");

let vscode;
before(async () => { vscode = await startEditor({ files: FILES }); }, { timeout: 120_000 });
after(() => vscode?.close());

const squiggle = (editor, kind = "warning") => editor.locator(`.squiggly-${kind}`).first();
const gone = (editor, kind = "warning") => squiggle(editor, kind).waitFor({ state: "detached", timeout: 20_000 });

test("a squiggle comes while typing and goes with undo", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await openFile(vscode, "merge.Dockerfile");
  await clickWord(page, editor, "CMD");
  await page.keyboard.press("Control+End");
  await page.keyboard.type("RUN pip install -r requirements.txt");
  await squiggle(editor).waitFor({ timeout: 60_000 });
  await picture(vscode, "typing");
  for (let step = 0; step < 20 && await page.locator(".view-line", { hasText: "pip" }).count() > 0; step += 1) {
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
  }
  await gone(editor);
  const before = FILES["merge.Dockerfile"];
  await until(async () => {
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+s");
    return vscode.read("merge.Dockerfile") === before;
  }, 15_000, () => vscode.read("merge.Dockerfile"));
});

test("two RUNs are merged on request", { timeout: 60_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "merge.Dockerfile");
  await clickWord(page, editor, "FROM");
  await page.keyboard.press("ArrowDown");
  await quickFixes(page, "Merge this RUN with the next");
  await choose(page, "Merge this RUN with the next");
  const merged = 'FROM debian:12-slim\nRUN groupadd app \\\n    && useradd -g app app\nCMD ["bash"]\n';
  assert.equal(await save(vscode, page, "merge.Dockerfile", (text) => text === merged), merged);
  await page.keyboard.press("Control+z");
  const before = FILES["merge.Dockerfile"];
  assert.equal(await save(vscode, page, "merge.Dockerfile", (text) => text === before), before);
});

test("the hover says what it costs, with our name and the rule", { timeout: 60_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "cache.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await hover(page, editor, "RUN", /RUN/);
  await runCommand(page, "Go to Next Problem (Error, Warning, Info)");
  const message = page.locator(".marker-widget, .zone-widget");
  await message.first().waitFor({ timeout: 10_000 });
  await until(async () => /leaves its cache/.test((await message.allInnerTexts()).join(" ").replaceAll("\u00a0", " ")), 10_000);
  await picture(vscode, "problem");
  await page.keyboard.press("Escape");
});

test("--no-cache-dir is added by a quick fix, and undo takes it back", { timeout: 60_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "cache.Dockerfile");
  await runCommand(page, "Go to Next Problem (Error, Warning, Info)");
  await page.keyboard.press("Escape");
  await quickFixes(page, "--no-cache-dir");
  await picture(vscode, "quick-fixes");
  await choose(page, "Add `--no-cache-dir`");
  assert.equal(await save(vscode, page, "cache.Dockerfile", (text) => text === CACHED), CACHED);
  await gone(editor);
  await page.keyboard.press("Control+z");
  const before = FILES["cache.Dockerfile"];
  assert.equal(await save(vscode, page, "cache.Dockerfile", (text) => text === before), before);
  await squiggle(editor).waitFor();
});

test("manifests are copied before the source by a quick fix", { timeout: 60_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "order.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await clickWord(page, editor, "COPY");
  await quickFixes(page, "Copy the manifests");
  await choose(page, "Copy the manifests, install, then copy the rest");
  const ordered = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nCMD ["python", "app.py"]\n';
  assert.equal(await save(vscode, page, "order.Dockerfile", (text) => text === ordered), ordered);
});

test("a setting that changes takes effect at once", { timeout: 60_000 }, async () => {
  const editor = await switchTo(vscode, "cache.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await set(vscode, { "layerwise.rules": { "size/download-cache-left": "error" } });
  await switchTo(vscode, "cache.Dockerfile");
  await squiggle(editor, "error").waitFor({ timeout: 20_000 });
  await set(vscode, { "layerwise.rules": { "size/download-cache-left": "off" } });
  await switchTo(vscode, "cache.Dockerfile");
  await gone(editor, "error");
  await set(vscode, { "layerwise.rules": {} });
  await switchTo(vscode, "cache.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
});

test("a server that was killed is started again and reports", { timeout: 60_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "cache.Dockerfile");
  const [pid, ...others] = serverPids(vscode);
  assert.ok(pid !== undefined && others.length === 0, `one server runs: ${pid} ${others.join(" ")}`);
  process.kill(pid, "SIGKILL");
  await until(() => serverPids(vscode).some((each) => each !== pid), 30_000, () => "no other server was started");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await runCommand(page, "Layerwise: Restart Server");
  await squiggle(editor).waitFor({ timeout: 20_000 });
});

test("all is fixed on save where the user wants that", { timeout: 60_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "all.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await set(vscode, { "editor.codeActionsOnSave": { "source.fixAll.layerwise": "explicit" } });
  await switchTo(vscode, "all.Dockerfile");
  const fixed = 'FROM python:3.12-slim\nLABEL org.opencontainers.image.authors="Ada"\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n';
  await clickWord(page, editor, "FROM");
  assert.equal(await save(vscode, page, "all.Dockerfile", (text) => text === fixed), fixed);
  await picture(vscode, "fixed-on-save");
});
