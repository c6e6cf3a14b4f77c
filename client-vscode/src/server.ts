// Keeps the bundled server running: starts it, starts it again when it ended by itself, and shows how it fares.

import * as vscode from "vscode";
import { findPython, OLDEST } from "./python";
import { Run } from "./run";

/** A server that ends more often than this within this time (milliseconds) is not started again by itself. */
const MOST_ENDS = 4;
const WITHIN = 180_000;

/** What a message or the status item offers. */
const CHOOSE = { command: "workbench.action.openSettings", title: "Choose Interpreter", arguments: ["layerwise.interpreter"] };
const RESTART = { command: "layerwise.restart", title: "Restart Server" };
const SHOW: vscode.Command = { command: "layerwise.showOutput", title: "Show Output" };

const { Error: FAILED, Warning: TROUBLED, Information: WELL } = vscode.LanguageStatusSeverity;

export class Server implements vscode.Disposable {
  private run: Run | undefined;
  private work: Promise<void> = Promise.resolve();
  private turn = 0;
  private ends: readonly number[] = [];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
    private readonly status: vscode.LanguageStatusItem,
  ) {}

  /** Starts the server, or starts it anew. */
  restart(): Promise<void> {
    this.ends = [];
    return this.next(() => this.startAnew());
  }

  stop(): Promise<void> {
    return this.next(() => this.stopNow());
  }

  dispose(): void {
    void this.stop();
  }

  /** One thing at a time. Of several that wait only the last is done: each puts everything before it right. */
  private next(job: () => Promise<void>): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    this.run?.abandon();
    this.work = this.work
      .then(() => (turn === this.turn ? job() : undefined))
      .catch((error: unknown) => { this.output.error(String(error)); });
    return this.work;
  }

  private async startAnew(because = ""): Promise<void> {
    this.show("starting", because === "" ? WELL : TROUBLED, { busy: true, detail: because });
    await this.stopNow();
    const python = await findPython();
    if (python.kind === "none") {
      const tried = python.tried.join("; ");
      this.show("needs Python", FAILED, { detail: `${OLDEST.join(".")} or newer`, command: CHOOSE });
      this.output.error(`No usable Python: ${tried}`);
      void this.offer(`Layerwise needs Python ${OLDEST.join(".")} or newer and found none. Tried ${tried}.`, CHOOSE, SHOW);
      return;
    }
    this.output.info(`Python: ${python.path}, from ${python.from}`);
    const run = new Run(
      vscode.Uri.joinPath(this.context.extensionUri, "bundled"), python.path, this.output, (how) => { this.ended(run, how); },
    );
    this.run = run;
    const turn = this.turn;
    try {
      await run.start();
      this.show("running", WELL, { detail: `with ${python.path}` });
    } catch (error) {
      if (turn !== this.turn) {
        return; // It was called off: what comes next says how it went.
      }
      await this.stopNow();
      this.show("did not start", FAILED, { detail: `with ${python.path}`, command: RESTART });
      this.output.error(`The server did not start: ${String(error)}`);
      void this.offer(`Layerwise could not start its server with ${python.path}.`, CHOOSE, SHOW);
    }
  }

  private async stopNow(): Promise<void> {
    const run = this.run;
    this.run = undefined;
    await run?.stop();
  }

  private ended(run: Run, how: string): void {
    if (run !== this.run) {
      return;
    }
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN), now];
    if (this.ends.length > MOST_ENDS) {
      const times = `${String(this.ends.length)} times within ${String(WITHIN / 60_000)} minutes`;
      this.show("stopped", FAILED, { detail: `the server ended ${times}`, command: RESTART });
      this.output.error(`The server ended by itself (${how}), ${times}. It is not started again.`);
      void this.offer(`Layerwise's server ended ${times} and was not started again.`, RESTART, SHOW);
      return;
    }
    this.output.warn(`The server ended by itself (${how}). It is started again.`);
    void this.next(() => this.startAnew(`the server ended by itself (${how})`));
  }

  private show(
    text: string,
    severity: vscode.LanguageStatusSeverity,
    { busy = false, detail = "", command = SHOW }: { busy?: boolean; detail?: string; command?: vscode.Command } = {},
  ): void {
    this.status.text = `Layerwise: ${text}`;
    this.status.detail = detail;
    this.status.severity = severity;
    this.status.busy = busy;
    this.status.command = command;
  }

  private async offer(message: string, ...choices: readonly vscode.Command[]): Promise<void> {
    const title = await vscode.window.showErrorMessage(message, ...choices.map((choice) => choice.title));
    const choice = choices.find((each) => each.title === title);
    if (choice !== undefined) {
      await vscode.commands.executeCommand(choice.command, ...(choice.arguments as readonly unknown[] | undefined) ?? []);
    }
  }
}
