// Finds the Python that runs the server: the setting, what the Python extension has selected, or one on the PATH.

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { promisify } from "node:util";
import * as vscode from "vscode";

const run = promisify(execFile);

/** The oldest version that the bundled libraries serve on this machine (tools/package). */
export const OLDEST = process.platform === "win32" && process.arch === "arm64" ? ([3, 12] as const) : ([3, 11] as const);

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(): { readonly path: string };
    resolveEnvironment(environment: { readonly path: string }): Promise<
      { readonly executable: { readonly uri?: vscode.Uri } } | undefined
    >;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

export type Found =
  | { readonly kind: "usable"; readonly path: string; readonly from: string }
  | { readonly kind: "none"; readonly tried: readonly string[] };

/** The first candidate that is new enough; a configured one is the only candidate. */
export async function findPython(): Promise<Found> {
  const tried: string[] = [];
  for await (const { path, from } of candidates()) {
    const version = await versionOf(path);
    if (version === undefined) {
      tried.push(`${path} (${from}): does not run`);
    } else if (version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1])) {
      tried.push(`${path} (${from}): is Python ${version.join(".")}`);
    } else {
      return { kind: "usable", path, from };
    }
  }
  return { kind: "none", tried };
}

/** Calls back whenever another environment is selected in the Python extension, as far as that is active. */
export async function onDidSelectPython(callback: () => void): Promise<vscode.Disposable | undefined> {
  try {
    return (await pythonApi())?.environments.onDidChangeActiveEnvironmentPath(callback);
  } catch {
    // The other extension's trouble is not ours: without it nothing is selected there.
    return undefined;
  }
}

async function* candidates(): AsyncGenerator<{ path: string; from: string }> {
  const configured = vscode.workspace.getConfiguration("layerwise").get<string>("interpreter", "");
  if (configured !== "") {
    yield { path: expanded(configured), from: "the setting layerwise.interpreter" };
    return;
  }
  const selected = await selectedInPythonExtension();
  if (selected !== undefined) {
    yield { path: selected, from: "the Python extension" };
  }
  const names = process.platform === "win32" ? ["py", "python"] : ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
  for (const path of names) {
    yield { path, from: "the PATH" };
  }
}

function expanded(path: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return path.replace(/^~(?=[/\\])/, () => homedir()).replaceAll("${workspaceFolder}", () => folder);
}

async function selectedInPythonExtension(): Promise<string | undefined> {
  try {
    const environments = (await pythonApi())?.environments;
    const environment = await environments?.resolveEnvironment(environments.getActiveEnvironmentPath());
    return environment?.executable.uri?.fsPath;
  } catch {
    // The other extension's trouble is not ours: there are further candidates.
    return undefined;
  }
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>("ms-python.python");
  return extension === undefined ? undefined : await extension.activate();
}

async function versionOf(path: string): Promise<readonly [number, number] | undefined> {
  try {
    const code = "import sys; print(*sys.version_info[:2])";
    const { stdout } = await run(path, ["-I", "-c", code], { timeout: 10_000 });
    const [major, minor] = stdout.trim().split(" ").map(Number);
    return major === undefined || minor === undefined ? undefined : [major, minor];
  } catch {
    return undefined;
  }
}
