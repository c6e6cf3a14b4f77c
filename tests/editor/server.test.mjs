// The life of the server as the user sees it: the status item, the output, what happens when it is killed, and without a Python.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  clickWord, openFile, picture, runCommand, serverPids, set, squiggle, startEditor, statusText, switchTo, toasts, until, untilStatus,
} from "./editor.mjs";

const FILES = {
  ".vscode/settings.json": "{}",
  "requirements.txt": "flask\n",
  "Dockerfile": "FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
};

let vscode, editor;
before(async () => {
  vscode = await startEditor({ files: FILES });
  editor = await openFile(vscode, "Dockerfile");
}, { timeout: 240_000 });
after(() => vscode?.close());

/** Kills the one server there is, and waits until there is one other. */
async function killServer() {
  const [pid, ...others] = serverPids(vscode);
  assert.ok(pid !== undefined && others.length === 0, `one server runs: ${pid} ${others.join(" ")}`);
  process.kill(pid, "SIGKILL");
  await untilStatus(vscode, /Layerwise: starting/);
  await until(() => serverPids(vscode).some((each) => each !== pid), 20_000, () => "no other server was started");
}

/** The server that runs now knows the text as it is: what is typed brings a squiggle, what is taken back takes it away. */
async function answers() {
  const { page } = vscode;
  await squiggle(editor).waitFor({ timeout: 20_000 });
  await clickWord(page, editor, "FROM");
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("RUNN x\n");
  await squiggle(editor, "error").waitFor({ timeout: 20_000 });
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Delete");
  await squiggle(editor, "error").waitFor({ state: "detached", timeout: 20_000 });
}

test("the status item says that the server runs, and with which Python", { timeout: 180_000 }, async () => {
  const { page } = vscode;
  await squiggle(editor).waitFor({ timeout: 60_000 });
  assert.match(await untilStatus(vscode, /Layerwise: running/), /with .*python3/);
  await page.locator("#status\\.languageStatus").hover();
  const details = page.locator(".hover-language-status", { hasText: "Layerwise: running" });
  await details.waitFor({ timeout: 10_000 });
  await picture(vscode, "status");
  await details.getByText("Show Output").click();
  await output(/Python: .*python3, from the PATH/);
  await page.mouse.move(5, 5);
});

test("the output is shown by a command, and holds no error", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  await runCommand(page, "View: Toggle Panel Visibility");
  await page.locator(".output-view").waitFor({ state: "hidden", timeout: 10_000 });
  await runCommand(page, "Layerwise: Show Output");
  const text = await output(/Python: .*python3, from the PATH/);
  assert.doesNotMatch(text, /\[error\]|Traceback/);
  await picture(vscode, "output");
  await runCommand(page, "View: Toggle Panel Visibility");
});

test("a server that was killed is started again by itself, and says so", { timeout: 120_000 }, async () => {
  const said = [];
  const watch = setInterval(() => { void statusText(vscode).then((text) => said.push(text), () => undefined); }, 50);
  try {
    await killServer();
    await untilStatus(vscode, /Layerwise: running/);
  } finally {
    clearInterval(watch);
  }
  assert.ok(said.some((text) => /starting.*ended by itself \(signal SIGKILL\)/.test(text)), [...new Set(said)].join("\n"));
  await answers();
  assert.equal(await toasts(vscode).count(), 0, "a thing that has mended itself is no message");
});

test("a server that is killed while somebody types knows what was typed", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  await clickWord(page, editor, "FROM");
  await page.keyboard.press("Control+Home");
  const typing = page.keyboard.type("# abcdefghijklmnopqrstuvwxyz\n", { delay: 20 });
  await killServer();
  await typing;
  await untilStatus(vscode, /Layerwise: running/);
  await answers();
});

test("restarting again and again, in the middle of a start too, leaves one server", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  await killServer();
  for (let round = 0; round < 3; round += 1) await runCommand(page, "Layerwise: Restart Server");
  await untilStatus(vscode, /Layerwise: running/);
  await until(() => serverPids(vscode).length === 1, 10_000, () => `servers: ${serverPids(vscode).join(" ")}`);
  await answers();
  assert.equal(await toasts(vscode).count(), 0);
});

test("a server that ends again and again is left alone, with a message that offers to restart it", { timeout: 180_000 }, async () => {
  // Who asks for a restart asks for another five attempts.
  await runCommand(vscode.page, "Layerwise: Restart Server");
  await untilStatus(vscode, /Layerwise: starting/);
  await untilStatus(vscode, /Layerwise: running/);
  for (let times = 1; times <= 4; times += 1) {
    await killServer();
    await untilStatus(vscode, /Layerwise: running/);
  }
  process.kill(serverPids(vscode)[0], "SIGKILL");
  const message = toasts(vscode, "ended 5 times within 3 minutes and was not started again");
  await message.waitFor({ timeout: 20_000 });
  assert.match(await untilStatus(vscode, /Layerwise: stopped/), /ended 5 times/);
  assert.deepEqual(serverPids(vscode), []);
  await picture(vscode, "ended-too-often");
  await message.getByText("Restart Server").click();
  await untilStatus(vscode, /Layerwise: running/);
  await answers();
});

test("without a usable Python a message says so and leads to the setting", { timeout: 180_000 }, async () => {
  const { page } = vscode;
  await set(vscode, { "layerwise.interpreter": "/nowhere/python" });
  const message = toasts(vscode, "Layerwise needs Python 3.11 or newer");
  await message.waitFor({ timeout: 30_000 });
  await picture(vscode, "no-python");
  assert.match(await message.innerText(), /\/nowhere\/python/);
  await switchTo(vscode, "Dockerfile");
  await untilStatus(vscode, /Layerwise: needs Python, 3\.11 or newer/);
  await message.getByText("Choose Interpreter").click();
  await page.locator(".settings-editor").waitFor({ timeout: 20_000 });
  await picture(vscode, "no-python-settings");
  await set(vscode, { "layerwise.interpreter": "python3" });
  await switchTo(vscode, "Dockerfile");
  await untilStatus(vscode, /Layerwise: running/);
  await answers();
});

test("a server that ends before its first answer is started again, and no message is needed", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const endings = [
    ["crashing", 'echo "ImportError: not yet" >&2; exit 3', /did not start\s+\(exit status 3,\s+ImportError: not yet\)/],
    ["killed", "kill -9 $$", /did not start\s+\(signal SIGKILL\)/],
  ];
  for (const [name, ending, said] of endings) {
    const starts = interpreter(name, `[ "$(grep -c . "$0.starts")" -gt 2 ] || { ${ending}; }`);
    await set(vscode, { "layerwise.interpreter": `\${workspaceFolder}/${name}` });
    await switchTo(vscode, "Dockerfile");
    await untilStatus(vscode, new RegExp(`Layerwise: running, with .*/${name}`));
    assert.equal(starts(), 3);
    await answers();
    assert.equal(await toasts(vscode).count(), 0);
    await runCommand(page, "Layerwise: Show Output");
    await output(said);
    await runCommand(page, "View: Toggle Panel Visibility");
  }
});

test("a server that never starts is left alone after five attempts, with one message that says why", { timeout: 120_000 }, async () => {
  const { page } = vscode;
  const starts = interpreter("broken", 'echo "Traceback" >&2; echo "ImportError: no such thing" >&2; exit 3');
  await set(vscode, { "layerwise.interpreter": "${workspaceFolder}/broken" });
  await switchTo(vscode, "Dockerfile");
  const message = toasts(vscode, "could not start its server");
  await message.waitFor({ timeout: 30_000 });
  await picture(vscode, "never-started");
  assert.match(await message.innerText(), /\/broken after 5 attempts: exit status 3, ImportError: no such thing\./);
  assert.match(await untilStatus(vscode, /Layerwise: did not start/), /ImportError: no such thing/);
  assert.equal(await toasts(vscode).count(), 1);
  assert.equal(starts(), 5);
  await message.getByText("Restart Server").click();
  await until(() => starts() === 10, 30_000, () => `${starts()} starts`);
  await message.waitFor({ timeout: 30_000 });
  assert.equal(await toasts(vscode).count(), 1);
  await set(vscode, { "layerwise.interpreter": "python3" });
  await switchTo(vscode, "Dockerfile");
  await untilStatus(vscode, /Layerwise: running, with python3/);
  await answers();
});

test("a restart that is asked for does not wait for the next attempt", { timeout: 120_000 }, async () => {
  const starts = interpreter("broken", "exit 3");
  await set(vscode, { "layerwise.interpreter": "${workspaceFolder}/broken" });
  await until(() => starts() === 3, 30_000, () => `${starts()} starts`);
  await set(vscode, { "layerwise.interpreter": "python3" });
  await switchTo(vscode, "Dockerfile");
  await untilStatus(vscode, /Layerwise: running, with python3/);
  assert.ok(starts() < 5, `${starts()} starts`);
  assert.equal(serverPids(vscode).length, 1);
  await answers();
});

/** Writes an interpreter that does this before it runs a server; returns a function that counts how often it came to that. */
function interpreter(name, script) {
  const path = join(vscode.folder, name);
  writeFileSync(`${path}.starts`, "");
  writeFileSync(path, `#!/bin/sh
[ "$2" = -c ] && exec python3 "$@"
echo start >>"$0.starts"
${script}
exec python3 "$@"
`, { mode: 0o755 });
  return () => vscode.read(`${name}.starts`).split("\n").length - 1;
}

/** Waits until the output of Layerwise says what is expected; returns all that is seen of it. */
async function output(expected) {
  const lines = vscode.page.locator(".output-view .view-lines");
  let seen = "";
  await until(async () => expected.test(seen = (await lines.innerText()).replaceAll("\u00a0", " ")), 20_000, () => `the output says:\n${seen}`);
  return seen;
}
