// One run of the bundled server: its process and the client that talks to it, from start to end.

import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, ExecuteCommandRequest, LanguageClient, State } from "vscode-languageclient/node";

/** How long a server may take to answer the first request, and to end after the last one; in milliseconds. */
const TO_START = 60_000;
const TO_END = 2_000;
const KILL = "SIGKILL";
/** So much of the last line that a server left is worth a place in a message; in characters. */
const LONGEST_COMPLAINT = 200;

/** Why there was no first answer. */
export class NoAnswer extends Error {
  /** `late`: there is nothing but silence, for so long that one more attempt would only be one more wait. */
  constructor(message: string, readonly late: boolean) {
    super(message);
  }
}

export class Run {
  private readonly client: QuietClient;
  private process: ChildProcess | undefined;
  private closed: Promise<unknown> | undefined;
  private started: Promise<void> | undefined;
  private answered = false;
  private late = false;
  private killed = false;
  private stopping = false;
  private complaint = "";

  /** Calls `ended` once when the server, after its first answer, ends without having been asked to. */
  constructor(bundled: vscode.Uri, python: string, output: vscode.LogOutputChannel, ended: (how: string) => void) {
    const server = async () => {
      const process = spawnServer(bundled, python);
      this.process = process;
      await once(process, "spawn");
      this.closed = once(process, "close");
      process.stderr.setEncoding("utf8").on("data", (text: string) => { this.complaint = lastLine(text) || this.complaint; });
      return process;
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
    this.client.onDidChangeState(({ newState }) => {
      if (this.answered && newState === State.Stopped && !this.stopping) {
        void this.howEnded().then(ended);
      }
    });
  }

  /** Resolves when the server answers; rejects with a `NoAnswer` when it ends before that or takes too long. */
  async start(): Promise<void> {
    const patience = setTimeout(() => { this.late = true; this.kill(); }, TO_START);
    this.started = this.client.start().finally(() => { clearTimeout(patience); });
    try {
      await this.started;
      if (this.client.state !== State.Running) {
        throw new Error("The connection to the server is closed.");
      }
      this.answered = true;
    } catch (error) {
      const how = await this.howEnded();
      if (this.late) {
        throw new NoAnswer(`no answer within ${String(TO_START / 1000)} seconds`, true);
      }
      const isOurs = how === "" || (this.killed && how === `signal ${KILL}`);
      throw new NoAnswer(isOurs ? messageOf(error) : how, false);
    }
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
    this.killed = (this.process?.kill(KILL) ?? false) || this.killed;
  }

  /** How the process ended, once it has; a server that was never there ends in no way. */
  private async howEnded(): Promise<string> {
    const process = this.process;
    if (process?.pid === undefined) {
      return "";
    }
    const late = sleep(TO_END, undefined, { ref: false }).then(() => { this.kill(); });
    await Promise.race([this.closed, late]);
    if (process.signalCode !== null) {
      return `signal ${process.signalCode}`;
    }
    const status = `exit status ${String(process.exitCode)}`;
    return this.complaint === "" || process.exitCode === 0 ? status : `${status}, ${this.complaint}`;
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

/** The last line of what a server complained of; what it says when it has no more to say tells nobody the reason. */
function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("layerwise: this is a bug"));
  return (lines.at(-1) ?? "").slice(0, LONGEST_COMPLAINT);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function spawnServer(bundled: vscode.Uri, python: string): ChildProcessWithoutNullStreams {
  const launcher = vscode.Uri.joinPath(bundled, "launch.py").fsPath;
  // -I: neither the user's environment variables nor the workspace's folder decide what the server imports.
  return spawn(python, ["-I", launcher, "server"], { cwd: bundled.fsPath, env: { ...process.env, PYTHONUTF8: "1" } });
}
