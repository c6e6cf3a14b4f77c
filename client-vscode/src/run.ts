// One run of the bundled server: its process and the client that talks to it, from start to end.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, ExecuteCommandRequest, LanguageClient, State } from "vscode-languageclient/node";

/** How long a server may take to answer the first request, and to end after the last one; in milliseconds. */
const TO_START = 60_000;
const TO_END = 2_000;

export class Run {
  private readonly client: QuietClient;
  private process: ChildProcess | undefined;
  private started: Promise<void> | undefined;
  private stopping = false;

  /** Calls `ended` once when the server, after its first answer, ends without having been asked to. */
  constructor(bundled: vscode.Uri, python: string, output: vscode.LogOutputChannel, ended: (how: string) => void) {
    const server = async () => {
      this.process = spawnServer(bundled, python);
      await once(this.process, "spawn");
      return this.process;
    };
    this.client = new QuietClient("layerwise", "Layerwise", server, {
      documentSelector: [{ language: "dockerfile" }],
      outputChannel: output,
      markdown: { isTrusted: false, supportHtml: false },
      initializationFailedHandler: () => false,
      // The client's own restart runs beside everything else: two of them at once leave two servers, or none. A
      // connection that failed is of no more use, so that each failure ends in one and the same way: the process has ended.
      errorHandler: {
        error: () => { this.kill(); return { action: ErrorAction.Continue, handled: true }; },
        closed: () => ({ action: CloseAction.DoNotRestart, handled: true, message: "The connection to the server is closed." }),
      },
    });
    this.client.onDidChangeState(({ oldState, newState }) => {
      if (oldState === State.Running && newState === State.Stopped && !this.stopping) {
        void this.howEnded().then(ended);
      }
    });
  }

  /** Resolves when the server answers; rejects when it ends before that or takes too long. */
  async start(): Promise<void> {
    const patience = setTimeout(() => { this.kill(); }, TO_START);
    this.started = this.client.start().finally(() => { clearTimeout(patience); });
    await this.started;
  }

  /** Ends the server, in order where it still answers. Never rejects. */
  async stop(): Promise<void> {
    this.stopping = true;
    // What it is doing while it starts cannot be called off, and would take the commands from the next one.
    await this.started?.catch(() => undefined);
    if (this.client.state === State.Running) {
      await this.client.stop(TO_END).catch(() => undefined);
    }
    this.client.getFeature(ExecuteCommandRequest.method).clear();
    await this.howEnded();
  }

  /** Ends a server that is still starting at once, so that nobody has to wait for one that hangs. */
  abandon(): void {
    this.stopping = true;
    if (this.client.state === State.Starting) {
      this.kill();
    }
  }

  private kill(): void {
    this.process?.kill("SIGKILL");
  }

  private async howEnded(): Promise<string> {
    const process = this.process;
    if (process?.pid === undefined) {
      return "it was never there";
    }
    if (process.exitCode === null && process.signalCode === null) {
      const exit = once(process, "exit");
      const late = sleep(TO_END, undefined, { ref: false }).then(() => { this.kill(); });
      await Promise.race([exit, late]);
    }
    return process.signalCode === null ? `exit status ${String(process.exitCode)}` : `signal ${process.signalCode}`;
  }
}

/** Leaves the library's messages, stack traces and all, to the output: `Server` tells the user what matters. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}

function spawnServer(bundled: vscode.Uri, python: string): ChildProcess {
  const launcher = vscode.Uri.joinPath(bundled, "launch.py").fsPath;
  // -I: neither the user's environment variables nor the workspace's folder decide what the server imports.
  return spawn(python, ["-I", launcher, "server"], { cwd: bundled.fsPath, env: { ...process.env, PYTHONUTF8: "1" } });
}
