// What a person does in the real VS Code with the packaged extension: look, type, press keys, save.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  choose, clickWord, hover, hoverOn, openFile, picture, quickFixes, runCommand, save, set, squiggle, startEditor, switchTo, toasts, until,
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
Object.assign(FILES, {
  "web/Dockerfile": 'FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "index.js"]\n',
  "web/index.js": "console.log('hello')\n",
  "web/package.json": "{}\n",
  "web/package-lock.json": "{}\n",
  "web/node_modules/left/index.js": "\n",
  "web/.git/HEAD": "ref: refs/heads/main\n",
  "web/.env": "TOKEN=1\n",
  "api/Dockerfile": 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN apt-get update\nRUN apt-get install -y libpq-dev\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n',
  "api/requirements.txt": "flask\n",
  "api/app.py": "print('hello')\n",
  "shop/Dockerfile": 'FROM golang:1.24\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /bin/shop ./cmd/shop\nEXPOSE 8080\nCMD ["/bin/shop"]\n',
  "shop/go.mod": "module example.com/shop\n\ngo 1.24\n",
  "shop/go.sum": "",
  "shop/cmd/shop/main.go": "package main\n\nfunc main() {}\n",
});
const FIXED = 'FROM python:3.12-slim\nLABEL org.opencontainers.image.authors="Ada"\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n';
const CACHED = FILES["cache.Dockerfile"].replace("pip install", "pip install --no-cache-dir");

let vscode;
before(async () => { vscode = await startEditor({ files: FILES }); }, { timeout: 240_000 });
after(() => vscode?.close());

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

test("two RUNs are merged on request", { timeout: 120_000 }, async () => {
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

test("the hover on a squiggle says what it costs, what can be done and why, with an example and our name", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "cache.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  const text = await hoverOn(page, squiggle(editor), /Fix safety/);
  await picture(vscode, "hover");
  const parts = [
    "`pip install` leaves its cache in the layer, under `/root/.cache/pip`layerwisesize/download-cache-left",
    "Quick fix: Add --no-cache-dir", "Why", "the bytes are shipped twice", "Example", "RUN pip install flask",
    "Use instead:", "+RUN pip install --no-cache-dir flask", "cache/missing-cache-mount",
  ];
  const flat = text.replaceAll(/\s+/g, " ");
  for (const [index, part] of parts.entries()) {
    assert.ok(flat.includes(part), `“${part}” is missing in:\n${flat}`);
    assert.ok(index === 0 || flat.indexOf(parts[index - 1]) < flat.lastIndexOf(part), `“${part}” comes too early`);
  }
  assert.equal(flat.split("leaves its cache in the layer").length, 2, "the message is said once");
  await page.mouse.move(5, 5);
});

test("the hover on a word explains it", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "cache.Dockerfile");
  await hover(page, editor, "RUN", /RUN runs a command/);
  await page.mouse.move(5, 5);
});

test("the next problem is told in words, with our name and the rule", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  await switchTo(vscode, "cache.Dockerfile");
  await runCommand(page, "Go to Next Problem (Error, Warning, Info)");
  const message = page.locator(".marker-widget, .zone-widget");
  await message.first().waitFor({ timeout: 10_000 });
  await until(async () => /leaves its cache.*layerwise.*size\/download-cache-left/s.test((await message.allInnerTexts()).join(" ").replaceAll("\u00a0", " ")), 10_000);
  await picture(vscode, "problem");
  await page.keyboard.press("Escape");
});

test("the page of the rule under the cursor is opened by a command", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const context = page.context();
  await context.route(/^https:\/\/github\.com\//, (route) => route.fulfill({ contentType: "text/html", body: "A page." }));
  const editor = await switchTo(vscode, "cache.Dockerfile");
  await clickWord(page, editor, "FROM");
  await runCommand(page, "Layerwise: Show Rule's Page");
  const none = toasts(vscode, "Layerwise: there is no finding under the cursor.");
  await none.waitFor({ timeout: 10_000 });
  await runCommand(page, "Notifications: Clear All Notifications");
  await runCommand(page, "Go to Next Problem (Error, Warning, Info)");
  await page.keyboard.press("Escape");
  await runCommand(page, "Layerwise: Show Rule's Page");
  const rule = page.locator(".quick-input-list .monaco-list-row", { hasText: "size/download-cache-left" });
  await rule.waitFor({ timeout: 10_000 });
  await picture(vscode, "which-rule");
  await rule.click();
  // The editor asks before it goes to a place that it does not know.
  const opened = context.waitForEvent("page", { timeout: 20_000 });
  await page.locator(".monaco-dialog-box").getByText("Open", { exact: true }).click({ timeout: 10_000 });
  const other = await opened;
  await other.waitForURL(/\/docs\/rules\/size\/download-cache-left\.md$/, { timeout: 10_000 });
  await other.close();
});

test("--no-cache-dir is added by a quick fix, and undo takes it back", { timeout: 120_000 }, async () => {
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

test("manifests are copied before the source by a quick fix", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "order.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await clickWord(page, editor, "COPY");
  await quickFixes(page, "Copy the manifests");
  await choose(page, "Copy the manifests, install, then copy the rest");
  const ordered = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nCMD ["python", "app.py"]\n';
  assert.equal(await save(vscode, page, "order.Dockerfile", (text) => text === ordered), ordered);
});

test("a setting that changes takes effect at once", { timeout: 120_000 }, async () => {
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

test("“Create a .dockerignore” writes the file", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "web/Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await actions("Source Action...", "Create a .dockerignore");
  await choose(page, "Create a .dockerignore from what is in the context");
  const ignored = [
    "# Version control", ".git", "", "# Dependencies, which the build installs", "**/node_modules", "",
    "# Secrets and settings of one machine", "**/.env", "", "# What tells the builder what to do", "Dockerfile", ".dockerignore", "",
  ].join("\n");
  let text = "";
  await until(() => (text = vscode.read("web/.dockerignore")) === ignored, 15_000, () => `the file on disk is:\n${text}`);
  assert.equal(vscode.read("web/Dockerfile"), FILES["web/Dockerfile"]);
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: ".dockerignore" }).waitFor({ timeout: 10_000 });
  await picture(vscode, "dockerignore");
});

test("“Optimize this Dockerfile” is shown in a preview where one asks for that, and done as shown", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "api/Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await actions("Source Action...", "Optimize this Dockerfile");
  await choose(page, "Optimize this Dockerfile", "Control+Enter");
  const preview = page.locator(".bulk-edit-panel");
  await preview.locator(".monaco-list-row", { hasText: "--no-install-recommends" }).first().waitFor({ timeout: 10_000 });
  await picture(vscode, "optimize-preview");
  assert.equal(vscode.read("api/Dockerfile"), FILES["api/Dockerfile"]);
  await preview.locator(".monaco-button", { hasText: "Apply" }).click();
  await page.locator(".view-line", { hasText: "--no-install-recommends" }).first().waitFor({ timeout: 10_000 });
  const optimized = [
    "FROM python:3.12-slim", "WORKDIR /app", "RUN apt-get update \\",
    "    && apt-get install --no-install-recommends -y libpq-dev \\", "    && rm -rf /var/lib/apt/lists/*",
    "COPY requirements.txt ./", "RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt", "COPY . .",
    'CMD ["python", "app.py"]', "",
  ].join("\n");
  await clickWord(page, editor, "FROM");
  assert.equal(await save(vscode, page, "api/Dockerfile", (text) => text === optimized), optimized);
});

test("“Split into stages” is in the lightbulb's menu and among the refactorings, and is undone as one", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "shop/Dockerfile");
  await clickWord(page, editor, "FROM");
  await quickFixes(page, "Split into stages: build the Go program, run it on alpine:3");
  await page.keyboard.press("Escape");
  await actions("Refactor...", "Split into stages");
  await picture(vscode, "split");
  await choose(page, "Split into stages: build the Go program, run it on alpine:3");
  await page.locator(".view-line", { hasText: "AS build" }).waitFor({ timeout: 10_000 });
  const [head, tail] = FILES["shop/Dockerfile"].replace("golang:1.24", "golang:1.24 AS build").split(/(?<=\n)(?=EXPOSE)/);
  const split = `${head}\nFROM alpine:3\nRUN apk add --no-cache ca-certificates tzdata\nWORKDIR /src\nCOPY --from=build /bin/shop /bin/shop\n${tail}`;
  assert.equal(await save(vscode, page, "shop/Dockerfile", (text) => text === split), split);
  await page.keyboard.press("Control+z");
  const before = FILES["shop/Dockerfile"];
  assert.equal(await save(vscode, page, "shop/Dockerfile", (text) => text === before), before);
});

/** Opens one of the menus of actions by its command, until it offers what is expected. */
async function actions(command, expected) {
  const row = vscode.page.locator(".action-widget .monaco-list-row.action", { hasText: expected });
  for (let attempt = 0; ; attempt += 1) {
    await runCommand(vscode.page, command);
    try {
      await row.waitFor({ timeout: 5000 });
      return;
    } catch (error) {
      if (attempt === 3) throw error;
      await vscode.page.keyboard.press("Escape");
    }
  }
}

test("all safe fixes are made by a command, and undone as one", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "all.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await runCommand(page, "Layerwise: Fix All Safely Fixable Problems");
  await page.locator(".view-line", { hasText: "--no-cache-dir" }).waitFor({ timeout: 10_000 });
  assert.equal(await save(vscode, page, "all.Dockerfile", (text) => text === FIXED), FIXED);
  await clickWord(page, editor, "FROM");
  await page.keyboard.press("Control+z");
  const before = FILES["all.Dockerfile"];
  assert.equal(await save(vscode, page, "all.Dockerfile", (text) => text === before), before);
});

test("all is fixed on save where the user wants that", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const editor = await switchTo(vscode, "all.Dockerfile");
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await set(vscode, { "editor.codeActionsOnSave": { "source.fixAll.layerwise": "explicit" } });
  await switchTo(vscode, "all.Dockerfile");
  await clickWord(page, editor, "FROM");
  assert.equal(await save(vscode, page, "all.Dockerfile", (text) => text === FIXED), FIXED);
  await picture(vscode, "fixed-on-save");
});
