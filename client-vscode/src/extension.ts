// Starts the language server and offers its commands. All knowledge of Dockerfiles is in the server.

import * as vscode from "vscode";
import { LanguageClient, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Layerwise", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("layerwise.restart", () => restart(output)),
    vscode.commands.registerCommand("layerwise.showOutput", () => { output.show(); }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("layerwise.interpreter")) {
        await restart(output);
      }
    }),
  );
  await start(output);
}

export async function deactivate(): Promise<void> {
  await client?.dispose();
}

async function restart(output: vscode.LogOutputChannel): Promise<void> {
  await client?.dispose();
  await start(output);
}

async function start(output: vscode.LogOutputChannel): Promise<void> {
  const configured = vscode.workspace.getConfiguration("layerwise").get<string>("interpreter", "");
  const server: ServerOptions = { command: configured || "python3", args: ["-m", "layerwise", "server"] };
  client = new LanguageClient("layerwise", "Layerwise", server, {
    documentSelector: [{ language: "dockerfile" }],
    outputChannel: output,
  });
  try {
    await client.start();
  } catch (error) {
    const choice = await vscode.window.showErrorMessage(
      `Layerwise could not start its server with “${server.command}”: ${String(error)}`,
      "Choose Interpreter",
      "Show Output",
    );
    if (choice === "Choose Interpreter") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "layerwise.interpreter");
    } else if (choice === "Show Output") {
      output.show();
    }
  }
}
