// The commands of the palette. Each asks the editor for what the server has already told it.

import * as vscode from "vscode";

const SOURCE = "layerwise";

/** Applies the server's `source.fixAll.layerwise` to the active editor. */
export async function fixAll(): Promise<void> {
  if (vscode.window.activeTextEditor?.document.languageId !== "dockerfile") {
    void vscode.window.showInformationMessage("Layerwise: open a Dockerfile to fix it.");
    return;
  }
  await vscode.commands.executeCommand("editor.action.codeAction", { kind: "source.fixAll.layerwise", apply: "first" });
}

/** Opens the page of a rule under the cursor; asks which one where there are several. */
export async function showRule(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  const pages = new Map<string, vscode.Uri>();
  for (const diagnostic of vscode.languages.getDiagnostics(editor.document.uri)) {
    const { code, range, source } = diagnostic;
    if (source === SOURCE && typeof code === "object" && range.contains(editor.selection.active)) {
      pages.set(String(code.value), code.target);
    }
  }
  if (pages.size === 0) {
    void vscode.window.showInformationMessage("Layerwise: there is no finding under the cursor.");
    return;
  }
  const ids = [...pages.keys()];
  const id = ids.length === 1 ? ids[0] : await vscode.window.showQuickPick(ids, { title: "Show the page of which rule?" });
  const page = id === undefined ? undefined : pages.get(id);
  if (page !== undefined) {
    await vscode.env.openExternal(page);
  }
}
