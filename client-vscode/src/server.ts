// Starts, stops and restarts the server that is bundled with the extension, and shows how it fares.

import * as vscode from "vscode";
import { LanguageClient, State, type ServerOptions } from "vscode-languageclient/node";
import { findPython, OLDEST } from "./python";

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
    private readonly status: vscode.LanguageStatusItem,
  ) {}

  /** Starts the server, or starts it anew. Calls made meanwhile wait for their turn. */
  restart(): Promise<void> {
    this.work = this.work.then(() => this.stopNow()).then(() => this.startNow());
    return this.work;
  }

  stop(): Promise<void> {
    this.work = this.work.then(() => this.stopNow());
    return this.work;
  }

  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  dispose(): void {
    void this.stop();
  }

  private async startNow(): Promise<void> {
    this.show("starting", vscode.LanguageStatusSeverity.Information, true);
    const python = await findPython();
    if (python.kind === "none") {
      this.show("needs Python", vscode.LanguageStatusSeverity.Error);
      this.output.error(`No usable Python: ${python.tried.join("; ")}`);
      void this.offerInterpreter(`Layerwise needs Python ${OLDEST.join(".")} or newer and found none. Tried ${python.tried.join("; ")}.`);
      return;
    }
    this.output.info(`Python: ${python.path}, from ${python.from}`);
    this.client = this.makeClient(python.path);
    this.client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.show("running", vscode.LanguageStatusSeverity.Information);
      } else if (newState === State.Stopped) {
        this.show("stopped", vscode.LanguageStatusSeverity.Warning);
      }
    });
    try {
      await this.client.start();
    } catch (error) {
      this.show("did not start", vscode.LanguageStatusSeverity.Error);
      this.output.error(`The server did not start: ${String(error)}`);
      void this.offerInterpreter(`Layerwise could not start its server with ${python.path}.`);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.output.warn(`The server did not stop in order: ${String(error)}`);
    }
  }

  private makeClient(python: string): LanguageClient {
    const libraries = vscode.Uri.joinPath(this.context.extensionUri, "bundled").fsPath;
    const launcher = vscode.Uri.joinPath(this.context.extensionUri, "bundled", "launch.py").fsPath;
    // -I: neither the user's environment variables nor the workspace's folder decide what the server imports.
    const server: ServerOptions = {
      command: python,
      args: ["-I", launcher, "server"],
      options: { cwd: libraries, env: { ...process.env, PYTHONUTF8: "1" } },
    };
    return new LanguageClient("layerwise", "Layerwise", server, {
      documentSelector: [{ language: "dockerfile" }],
      outputChannel: this.output,
      markdown: { isTrusted: false, supportHtml: false },
    });
  }

  private show(text: string, severity: vscode.LanguageStatusSeverity, busy = false): void {
    this.status.text = `Layerwise: ${text}`;
    this.status.severity = severity;
    this.status.busy = busy;
  }

  private async offerInterpreter(message: string): Promise<void> {
    const choice = await vscode.window.showErrorMessage(message, "Choose Interpreter", "Show Output");
    if (choice === "Choose Interpreter") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "layerwise.interpreter");
    } else if (choice === "Show Output") {
      this.output.show();
    }
  }
}
