// Ties the parts together: the server, the commands, the status item. All knowledge of Dockerfiles is in the server.

import * as vscode from "vscode";
import { offerCoexistence } from "./coexistence";
import { fixAll, showRule } from "./commands";
import { onDidSelectPython } from "./python";
import { Server } from "./server";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Layerwise", { log: true });
  const status = vscode.languages.createLanguageStatusItem("layerwise", { language: "dockerfile" });
  status.name = "Layerwise";
  const running = new Server(context, output, status);
  server = running;
  const restart = () => { void running.restart(); };
  context.subscriptions.push(
    output,
    status,
    running,
    vscode.commands.registerCommand("layerwise.restart", () => running.restart()),
    vscode.commands.registerCommand("layerwise.showOutput", () => { output.show(); }),
    vscode.commands.registerCommand("layerwise.fixFile", fixAll),
    vscode.commands.registerCommand("layerwise.showRule", showRule),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("layerwise.interpreter")) {
        restart();
      }
    }),
  );
  const selection = await onDidSelectPython(restart);
  if (selection !== undefined) {
    context.subscriptions.push(selection);
  }
  await running.restart();
  void offerCoexistence(context);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
