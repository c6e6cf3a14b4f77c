// The package by itself: its server runs on a machine that has a Python and nothing of this project.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { PROJECT, VSIX } from "./editor.mjs";

test("the unpacked server reports over standard output", { timeout: 60_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), "layerwise-vsix-"));
  const path = process.env.PATH.split(delimiter).filter((each) => !each.startsWith(PROJECT)).join(delimiter);
  const ask = ["-I", "-c", "import os, sys; print(os.path.realpath(sys.executable))"];
  const python = execFileSync("python3", ask, { env: { ...process.env, PATH: path }, encoding: "utf8" }).trim();
  const env = { HOME: home, PATH: dirname(python) };
  const run = (...args) => execFileSync(python, ["-I", ...args], { env, encoding: "utf8", stdio: "pipe" });
  try {
    assert.throws(() => run("-c", "import layerwise"), /No module named 'layerwise'/);
    run("-m", "zipfile", "-e", VSIX, home);
    const launcher = join(home, "extension/bundled/launch.py");
    const server = spawn(python, ["-I", launcher, "server"], { cwd: home, env });
    try {
      const found = await diagnostics(server, "FROM debian\nRUNN x\n");
      assert.deepEqual(new Set(found.map(({ code }) => code)), new Set(["build/syntax", "pin/untagged-image"]));
      assert.ok(found.every(({ source, codeDescription }) => source === "layerwise" && codeDescription.href.endsWith(".md")));
    } finally {
      server.kill();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

function diagnostics(server, text) {
  const uri = "file:///shop/Dockerfile";
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  return new Promise((resolve, reject) => {
    let data = Buffer.alloc(0);
    let errors = "";
    server.stderr.on("data", (chunk) => { errors += chunk; });
    server.once("exit", (code) => { reject(new Error(`the server ended with ${code}: ${errors}`)); });
    server.stdout.on("data", (chunk) => {
      data = Buffer.concat([data, chunk]);
      for (;;) {
        const head = /Content-Length: (\d+)[^]*?\r\n\r\n/.exec(data.toString("latin1"));
        if (head === null || data.length < head.index + head[0].length + Number(head[1])) return;
        const start = head.index + head[0].length;
        const message = JSON.parse(data.subarray(start, start + Number(head[1])).toString());
        data = data.subarray(start + Number(head[1]));
        if (message.id === 1) {
          send({ method: "initialized", params: {} });
          send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "dockerfile", version: 1, text } } });
        } else if (message.method === "textDocument/publishDiagnostics") {
          resolve(message.params.diagnostics);
        }
      }
    });
    send({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
  });
}
