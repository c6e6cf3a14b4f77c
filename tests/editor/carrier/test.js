// Runs inside the extension host, against the installed extension and the real `vscode` API.

const assert = require("node:assert/strict");
const vscode = require("vscode");

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

async function until(get, what) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const value = await get();
    if (value) return value;
    await wait(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

const ours = (document) => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "layerwise");
const codes = (document) => ours(document).map(({ code }) => code.value);

async function open(name) {
  const [folder] = vscode.workspace.workspaceFolders;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name));
  const editor = await vscode.window.showTextDocument(document);
  return { document, editor };
}

async function actions(document, range, kind) {
  return vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, range, kind);
}

const tests = {
  async "diagnostics have a rule, a page and our own source"() {
    const { document } = await open("Dockerfile");
    await until(() => codes(document).includes("size/download-cache-left"), "the diagnostic");
    const [diagnostic] = ours(document).filter(({ code }) => code.value === "size/download-cache-left");
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Warning);
    assert.match(diagnostic.code.target.toString(), /^https:.*download-cache-left/);
  },

  async "typing brings a squiggle and takes it away"() {
    const { document, editor } = await open("Dockerfile");
    const end = document.lineAt(document.lineCount - 1).range.end;
    const before = codes(document).length;
    await editor.edit((edit) => { edit.insert(end, "\nRUN pip install -r more.txt\n"); });
    await until(() => codes(document).length > before, "one more diagnostic");
    await vscode.commands.executeCommand("undo");
    await until(() => codes(document).length === before, "the diagnostic to go");
  },

  async "a half typed line leaves the other findings where they are"() {
    const { document, editor } = await open("Dockerfile");
    const before = codes(document).filter((code) => code !== "build/syntax");
    await editor.edit((edit) => { edit.insert(document.lineAt(document.lineCount - 1).range.end, "\nCOPY --fro"); });
    await until(() => codes(document).includes("build/syntax"), "the syntax error");
    assert.deepEqual(codes(document).filter((code) => code !== "build/syntax"), before);
    await vscode.commands.executeCommand("undo");
    await until(() => !codes(document).includes("build/syntax"), "the syntax error to go");
  },

  async "quick fixes, fix all and hovers come from the server"() {
    const { document } = await open("Dockerfile");
    const [diagnostic] = ours(document).filter(({ code }) => code.value === "size/download-cache-left");
    const quick = await actions(document, diagnostic.range, vscode.CodeActionKind.QuickFix.value);
    assert.ok(quick.some(({ title, isPreferred }) => title.includes("--no-cache-dir") && isPreferred), quick.map(({ title }) => title).join(" | "));
    const all = await actions(document, diagnostic.range, "source.fixAll.layerwise");
    assert.equal(all.length, 1);
    const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, new vscode.Position(0, 1));
    assert.ok(hovers.some(({ contents }) => contents.some(({ value }) => value.includes("FROM"))));
  },

  async "a setting turns a rule off at once"() {
    const { document } = await open("Dockerfile");
    const settings = vscode.workspace.getConfiguration("layerwise");
    await settings.update("rules", { "size/download-cache-left": "off" }, vscode.ConfigurationTarget.Workspace);
    await until(() => !codes(document).includes("size/download-cache-left"), "the finding to go");
    await settings.update("rules", undefined, vscode.ConfigurationTarget.Workspace);
    await until(() => codes(document).includes("size/download-cache-left"), "the finding to come back");
  },

  async "each setting takes effect at once, and goes again"() {
    const { document } = await open("Dockerfile");
    const settings = vscode.workspace.getConfiguration("layerwise");
    const before = codes(document);
    const changes = [
      ["ignore", ["size"]], ["select", ["pin"]], ["profile", "buildkit"],
      ["overrides", [{ paths: ["Dockerfile"], ignore: ["size"] }]],
    ];
    for (const [name, value] of changes) {
      await settings.update(name, value, vscode.ConfigurationTarget.Workspace);
      await until(() => !codes(document).includes("size/download-cache-left"), `${name} to take effect`);
      await settings.update(name, undefined, vscode.ConfigurationTarget.Workspace);
      await until(() => codes(document).length === before.length, `${name} to go`);
    }
    assert.deepEqual(codes(document), before);
  },

  async "the commands are there"() {
    const all = await vscode.commands.getCommands(true);
    for (const name of ["restart", "showOutput", "fixFile", "showRule"]) assert.ok(all.includes(`layerwise.${name}`), name);
  },

  async "the server is restarted by a command and reports again"() {
    const { document } = await open("Dockerfile");
    await vscode.commands.executeCommand("layerwise.restart");
    await until(() => codes(document).includes("size/download-cache-left"), "diagnostics after a restart");
  },
};

exports.run = async function run() {
  const failures = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok: ${name}`);
    } catch (error) {
      failures.push(`${name}: ${error.stack}`);
      console.error(`not ok: ${name}: ${error.stack}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n\n"));
};
