// Beside another extension that reports syntax errors in Dockerfiles: offers, once, to turn ours off.

import * as vscode from "vscode";

const OTHERS = ["ms-azuretools.vscode-containers", "ms-azuretools.vscode-docker", "docker.docker"] as const;
const SETTING = "syntaxErrors";
const ASKED = "coexistence.asked";

export async function offerCoexistence(context: vscode.ExtensionContext): Promise<void> {
  const other = OTHERS.map((id) => vscode.extensions.getExtension(id)).find((extension) => extension !== undefined);
  const isOn = vscode.workspace.getConfiguration("layerwise").get<boolean>(SETTING, true);
  if (other === undefined || !isOn || context.globalState.get<boolean>(ASKED) === true) {
    return;
  }
  await context.globalState.update(ASKED, true);
  const name = (other.packageJSON as { displayName?: string }).displayName ?? other.id;
  const off = "Turn Off in Layerwise";
  const choice = await vscode.window.showInformationMessage(
    `${name} reports syntax errors in Dockerfiles too. Turn off those of Layerwise?`,
    off,
    "Keep Both",
  );
  if (choice === off) {
    await vscode.workspace.getConfiguration("layerwise").update(SETTING, false, vscode.ConfigurationTarget.Global);
  }
}
