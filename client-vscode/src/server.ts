// Keeps the bundled server running: starts it, starts it again when it ended by itself, and shows how it fares.

import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { findPython, OLDEST } from "./python";
import { NoAnswer, Run } from "./run";

/** A server that ends more often than this within this time (milliseconds) is not started again by itself. */
const MOST_ENDS = 4;
const WITHIN = 180_000;
/** The pause before the second attempt in a row, in milliseconds. It doubles with each more; the first one is at once. */
const PAUSE = 500;

/** What a message or the status item offers. */
const CHOOSE = { command: "workbench.action.openSettings", title: "Choose Interpreter", arguments: ["layerwise.interpreter"] };
const RESTART = { command: "layerwise.restart", title: "Restart Server" };
const SHOW: vscode.Command = { command: "layerwise.showOutput", title: "Show Output" };

const { Error: FAILED, Warning: TROUBLED, Information: WELL } = vscode.LanguageStatusSeverity;

export class Server implements vscode.Disposable {
  private run: Run | undefined;
  private work: Promise<void> = Promise.resolve();
  private calling = new AbortController();
  private ends: readonly number[] = [];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
    private readonly status: vscode.LanguageStatusItem,
  ) {}

  /** Starts the server, or starts it anew. */
  restart(): Promise<void> {
    this.ends = [];
    return this.next((calledOff) => this.startAnew(calledOff));
  }

  stop(): Promise<void> {
    return this.next(() => this.stopNow());
  }

  dispose(): void {
    void this.stop();
  }

  /** One thing at a time. Of several that wait only the last is done: each puts everything before it right. */
  private next(job: (calledOff: AbortSignal) => Promise<void>): Promise<void> {
    this.calling.abort();
    this.calling = new AbortController();
    const { signal } = this.calling;
    this.run?.abandon();
    this.work = this.work
      .then(() => (signal.aborted ? undefined : job(signal)))
      .catch((error: unknown) => { this.output.error(String(error)); });
    return this.work;
  }

  private async startAnew(calledOff: AbortSignal, because = ""): Promise<void> {
    this.show("starting", because === "" ? WELL : TROUBLED, { busy: true, detail: because });
    await this.stopNow();
    await pause(this.ends.length, calledOff);
    const python = await findPython();
    if (calledOff.aborted) {
      return; // What comes next says how it went.
    }
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
    try {
      await run.start();
      this.show("running", WELL, { detail: `with ${python.path}` });
    } catch (error) {
      if (this.calling.signal === calledOff) {
        this.didNotStart(python.path, error);
      }
    }
  }

  private async stopNow(): Promise<void> {
    const run = this.run;
    this.run = undefined;
    await run?.stop();
  }

  /** It ended before its first answer. How long ago the ends before that one were does not matter then. */
  private didNotStart(python: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.ends = [...this.ends, Date.now()];
    const isLate = error instanceof NoAnswer && error.late;
    if (this.ends.length <= MOST_ENDS && !isLate) {
      this.again(`the server did not start (${why})`);
      return;
    }
    const times = isLate ? "" : ` after ${String(this.ends.length)} attempts`;
    this.show("did not start", FAILED, { detail: `with ${python}: ${why}`, command: RESTART });
    this.output.error(`The server did not start${times} (${why}). It is not started again.`);
    void this.offer(`Layerwise could not start its server with ${python}${times}: ${why}.`, RESTART, CHOOSE, SHOW);
  }

  private ended(run: Run, how: string): void {
    if (run !== this.run) {
      return;
    }
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN), now];
    if (this.ends.length <= MOST_ENDS) {
      this.again(`the server ended by itself (${how})`);
      return;
    }
    const times = `${String(this.ends.length)} times within ${String(WITHIN / 60_000)} minutes`;
    this.show("stopped", FAILED, { detail: `the server ended ${times}`, command: RESTART });
    this.output.error(`The server ended by itself (${how}), ${times}. It is not started again.`);
    void this.offer(`Layerwise's server ended ${times} and was not started again.`, RESTART, SHOW);
  }

  private again(because: string): void {
    this.output.warn(`${because[0]?.toUpperCase() ?? ""}${because.slice(1)}. It is started again.`);
    void this.next((calledOff) => this.startAnew(calledOff, because));
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

/** Waits before one more attempt, the longer the more there were; not at all once it is called off. */
async function pause(attempts: number, calledOff: AbortSignal): Promise<void> {
  if (attempts > 1) {
    await sleep(PAUSE * 2 ** (attempts - 2), undefined, { signal: calledOff }).catch(() => undefined);
  }
}
