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

/** Opens the page of a rule under the cursor; asks which one where there are several, the gravest first. */
export async function showRule(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  const pages = new Map<string, vscode.QuickPickItem & { readonly page: vscode.Uri }>();
  const found = vscode.languages.getDiagnostics(editor.document.uri).sort((one, other) => one.severity - other.severity);
  for (const { code, message, range, source } of found) {
    if (source === SOURCE && typeof code === "object" && range.contains(editor.selection.active)) {
      const label = String(code.value);
      pages.set(label, pages.get(label) ?? { label, description: message, page: code.target });
    }
  }
  if (pages.size === 0) {
    void vscode.window.showInformationMessage("Layerwise: there is no finding under the cursor.");
    return;
  }
  const [only, ...others] = pages.values();
  const title = "Show the page of which rule?";
  const choice = others.length === 0 ? only : await vscode.window.showQuickPick([...pages.values()], { title, matchOnDescription: true });
  if (choice !== undefined) {
    await vscode.env.openExternal(choice.page);
  }
}
