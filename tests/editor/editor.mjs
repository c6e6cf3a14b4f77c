// A real VS Code with the packaged extension inside, and what a person can do in it: open, look, press keys.

import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** The package for this machine, as `tools/package` leaves it. */
export const VSIX = join(PROJECT, "client-vscode", `layerwise-${platform()}.vsix`);
const ROOT = join(PROJECT, ".cache", "editor");
/** What `tools/editor` has left there: a Node that the editor runs on, and where the browser is. */
const NODE = join(ROOT, "node");
const BROWSER = readFileSync(join(ROOT, "browser"), "utf8").trim();
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

/**
 * Starts a VS Code on a copy of `files` (a folder, or an object of names and texts) under this `name`. Where nothing else
 * is said it trusts the folder, and a page is opened in a browser. Call `close` when done.
 */
export async function startEditor({
  files, name = "project", settings = {}, extensions = [], options = [], trust = true, browse = true,
}) {
  const home = mkdtempSync(join(tmpdir(), "layerwise-editor-"));
  const folder = join(home, name);
  const port = await freePort();
  copy(files, folder);
  for (const part of ["user/User", "extensions", "config", "data", "cache", "tmp"]) {
    mkdirSync(join(home, part), { recursive: true });
  }
  writeFileSync(join(home, "user/User/settings.json"), JSON.stringify({ ...QUIET, ...settings }));
  writeFileSync(join(home, "config.yaml"), `bind-addr: 127.0.0.1:${port}\nauth: none\ncert: false\n`);
  const env = {
    ...process.env,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    TMPDIR: join(home, "tmp"),
  };
  const command = [
    join(ROOT, "cs/node_modules/code-server"),
    "--user-data-dir", join(home, "user"), "--extensions-dir", join(home, "extensions"), "--config", join(home, "config.yaml"),
  ];
  const install = (path) => promisify(execFile)(NODE, [...command, "--install-extension", path], { env });
  const uninstall = (id) => promisify(execFile)(NODE, [...command, "--uninstall-extension", id], { env });
  let server, browser;
  const kill = (signal) => {
    // The server and its extension host are one process group of our own.
    try { process.kill(-server.pid, signal); } catch { /* It has ended by itself, or was never there. */ }
  };
  const leave = () => {
    kill("SIGKILL");
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  process.once("exit", leave);
  let ended;
  const close = async () => {
    await browser?.close();
    kill("SIGTERM");
    await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
    leave();
    process.off("exit", leave);
  };
  try {
    for (const extension of [VSIX, ...extensions]) await install(extension);
    server = spawn(
      NODE,
      [...command, "--disable-telemetry", "--disable-update-check", ...trust ? ["--disable-workspace-trust"] : [],
        "--disable-getting-started-override", "--reconnection-grace-time", "5", ...options, folder],
      { env, stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    ended = new Promise((resolve) => { server.once("exit", resolve); });
    let log = "";
    for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => { log += data; });
    const origin = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${origin}/healthz`)).ok, 60_000, () => `the editor did not start:\n${log}`);
    const editor = {
      folder, origin, home, ended, close, install, uninstall,
      read: (each) => readFileSync(join(folder, each), "utf8"),
      settings: join(home, "user/User/settings.json"),
    };
    if (!browse) return editor;
    browser = await chromium.launch({ executablePath: BROWSER, args: BROWSER_FLAGS });
    /** A page of a person who was never here: the editor keeps what it remembers of a person in the browser. */
    const newPage = async () => (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
    return { ...editor, newPage, page: await newPage() };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address under which the editor shows a file of its folder. */
export function address({ origin, folder }, name) {
  const payload = JSON.stringify([["openFile", `vscode-remote://${new URL(origin).host}${folder}/${name}`]]);
  return `${origin}/?folder=${folder}&payload=${encodeURIComponent(payload)}`;
}

/** Opens the folder with a file shown, and waits until its text is. */
export async function openFile(editor, name) {
  await editor.page.goto(address(editor, name));
  return shown(editor.page, name);
}

/** Opens one more file in the window that is there, as a person does: by typing its name. */
export async function switchTo({ page }, name) {
  await page.mouse.move(5, 5);
  for (let attempt = 0; ; attempt += 1) {
    const parts = name.split("/").map((part) => ({ hasText: part }));
    const row = parts.reduce((rows, part) => rows.filter(part), page.locator(".quick-input-list .monaco-list-row.focused")).first();
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
  return processes().filter(({ words }) =>
    words.some((word) => word.startsWith(join(home, "extensions")) && word.endsWith("launch.py"))).map(({ pid }) => pid);
}

function processes() {
  if (!existsSync("/proc/self/cmdline")) {
    const lines = execFileSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => line.trim().split(/\s+/)).map(([pid, ...words]) => ({ pid: Number(pid), words }));
  }
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return [{ pid: Number(pid), words: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") }];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

/** What the status item of the language says, as a screen reader reads it. */
export async function statusText({ page }) {
  return plain([await page.locator("#status\\.languageStatus").getAttribute("aria-label") ?? ""]);
}

/** Waits until the status item says what is expected. */
export async function untilStatus(editor, expected, milliseconds = 20_000) {
  let seen = "";
  await until(async () => expected.test(seen = await statusText(editor)), milliseconds, () => `the status item says: ${seen}`);
  return seen;
}

/** The messages in the corner of the window. */
export function toasts({ page }, text) {
  return page.locator(".notifications-toasts .notification-list-item", { hasText: text });
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
  await page.screenshot({ path: join(ROOT, "pictures", `${name}.png`), animations: "disabled" });
}

/** The first squiggle of a kind in an editor. */
export function squiggle(editor, kind = "warning") {
  return editor.locator(`.squiggly-${kind}`).first();
}

/** Clicks the last word of this exact text, then parks the mouse, so that no hover closes a menu. */
export async function clickWord(page, editor, text) {
  await editor.locator(".view-line span", { hasText: exactly(text) }).last().click();
  await page.mouse.move(5, 5);
}

/** Rests the mouse on a word until the hover says what is expected. */
export function hover(page, editor, text, expected) {
  return hoverOn(page, editor.locator(".view-line span", { hasText: exactly(text) }).last(), expected);
}

/** Rests the mouse on the middle of what `target` finds (a squiggle, say) until the hover says what is expected. */
export async function hoverOn(page, target, expected) {
  const contents = page.locator(".monaco-hover:not(.hidden) .hover-contents");
  let seen = "";
  await until(async () => {
    await page.mouse.move(5, 5);
    const { x, y, width, height } = await target.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
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

/** Chooses the action whose title holds `title` from the open menu; with Control+Enter as `key` for a preview. */
export async function choose(page, title, key = "Enter") {
  const titles = await page.locator(".action-widget .monaco-list-row.action").allInnerTexts();
  const index = titles.findIndex((text) => text.replaceAll("\u00a0", " ").includes(title));
  if (index < 0) throw new Error(`“${title}” is not on offer: ${titles.join(" | ")}`);
  for (let step = 0; step < index; step += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press(key);
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

function copy(files, folder) {
  if (typeof files === "string") {
    cpSync(files, folder, { recursive: true });
    return;
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** The name of this machine's platform, as an editor calls it. */
function platform() {
  return `${existsSync("/etc/alpine-release") ? "alpine" : process.platform}-${process.arch}`;
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
