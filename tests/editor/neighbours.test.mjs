// Beside another extension for Dockerfiles: what the user is told, once, and that nothing else changes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openFile, picture, PROJECT, squiggle, startEditor, toasts, until, untilStatus } from "./editor.mjs";

const FILES = { "Dockerfile": "FROM debian:12-slim\nRUNN x\nMAINTAINER Ada\n" };
const NOTE = "reports syntax errors in Dockerfiles too";
/** Each is installed beside those before it. The first of the extension's own list that is there is the one to be named. */
const NEIGHBOURS = [
  { id: "docker.docker", displayName: "Docker DX" },
  { id: "ms-azuretools.vscode-docker", displayName: "Docker" },
  { id: "ms-azuretools.vscode-containers", displayName: "Container Tools" },
];

let vscode, folder, original;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "layerwise-neighbours-"));
  vscode = await startEditor({ files: FILES });
  original = settings();
}, { timeout: 240_000 });
after(async () => {
  await vscode?.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = () => JSON.parse(readFileSync(vscode.settings, "utf8"));

for (const neighbour of NEIGHBOURS) {
  test(`beside ${neighbour.displayName} a note says so; to keep both changes nothing`, { timeout: 240_000 }, async () => {
    await vscode.install(packed(neighbour));
    await asNewPerson(async (person) => {
      await opened(person);
      const note = toasts(person, `${neighbour.displayName} ${NOTE}`);
      await note.waitFor({ timeout: 30_000 });
      await note.getByText("Keep Both").click();
      await note.waitFor({ state: "detached", timeout: 10_000 });
      assert.deepEqual(settings(), original);
    });
  });
}

test("the note is shown once, and its offer sets that one setting", { timeout: 240_000 }, async () => {
  await asNewPerson(async (person) => {
    const dockerfile = await opened(person);
    await squiggle(dockerfile, "error").waitFor({ timeout: 30_000 });
    const note = toasts(person, NOTE);
    await note.waitFor({ timeout: 30_000 });
    await picture(person, "coexistence");
    await note.getByText("Turn Off in Layerwise").click();
    await squiggle(dockerfile, "error").waitFor({ state: "detached", timeout: 30_000 });
    assert.ok(await dockerfile.locator(".squiggly-warning, .squiggly-info, .squiggly-hint").count() > 0, "other findings stay");
    await until(() => "layerwise.syntaxErrors" in settings(), 10_000);
    assert.deepEqual(settings(), { ...original, "layerwise.syntaxErrors": false });
    // With the setting taken back only its memory keeps the note from coming again.
    writeFileSync(vscode.settings, JSON.stringify(original));
    await squiggle(await opened(person), "error").waitFor({ timeout: 30_000 });
    await sleep(1500);
    assert.equal(await toasts(person, NOTE).count(), 0, "the note was shown a second time");
    assert.deepEqual(settings(), original);
  });
});

test("who has turned ours off already is not asked", { timeout: 240_000 }, async () => {
  writeFileSync(vscode.settings, JSON.stringify({ ...original, "layerwise.syntaxErrors": false }));
  await asNewPerson(async (person) => {
    const dockerfile = await opened(person);
    await dockerfile.locator(".squiggly-warning, .squiggly-info, .squiggly-hint").first().waitFor({ timeout: 30_000 });
    await sleep(1500);
    assert.equal(await squiggle(dockerfile, "error").count(), 0);
    assert.equal(await toasts(person, NOTE).count(), 0);
  });
});

async function asNewPerson(doing) {
  const page = await vscode.newPage();
  try {
    await doing({ ...vscode, page });
  } finally {
    await page.context().close();
  }
}

async function opened(person) {
  const dockerfile = await openFile(person, "Dockerfile");
  await untilStatus(person, /Layerwise: running/, 60_000);
  return dockerfile;
}

/** An extension that has the other one's id and does nothing. */
function packed({ id, displayName }) {
  const [publisher, name] = id.split(".");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, publisher, displayName, version: "0.0.1", engines: { vscode: "^1.91.0" } }));
  writeFileSync(join(folder, "README.md"), "Nothing.\n");
  const vsce = join(PROJECT, "client-vscode/node_modules/@vscode/vsce/vsce");
  const vsix = join(folder, `${id}.vsix`);
  const options = ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", vsix];
  execFileSync(process.execPath, [vsce, ...options], { cwd: folder, stdio: "pipe" });
  return vsix;
}
