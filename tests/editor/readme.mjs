// Takes the README's picture: the sample project in the editor of `make editor`, with the mouse on a finding. Run it with
// .cache/editor/node after `make package`.

import { join } from "node:path";
import { hoverOn, openFile, PROJECT, runCommand, squiggle, startEditor } from "./editor.mjs";

const editor = await startEditor({
  files: join(PROJECT, "demo", "shop"), name: "shop", settings: { "window.commandCenter": false, "editor.hover.above": false },
});
try {
  const { page } = editor;
  await page.setViewportSize({ width: 1100, height: 660 });
  const dockerfile = await openFile(editor, "api/Dockerfile");
  await squiggle(dockerfile).waitFor({ timeout: 120_000 });
  await runCommand(page, "View: Toggle Primary Side Bar Visibility");
  await dockerfile.locator(".view-line span", { hasText: /^.pip.install/ }).last().click({ position: { x: 12, y: 8 } });
  await page.mouse.move(5, 5);
  await page.locator(".lightBulbWidget, .codicon-gutter-lightbulb, .codicon-light-bulb").first().waitFor({ timeout: 20_000 });
  const install = dockerfile.locator(".view-line", { hasText: "requirements.txt" });
  const { y, height } = await install.boundingBox();
  const marks = await dockerfile.locator(".squiggly-warning").all();
  const boxes = await Promise.all(marks.map(async (mark) => ({ mark, box: await mark.boundingBox() })));
  const { mark } = boxes.find(({ box }) => box.y >= y - 2 && box.y < y + height);
  await hoverOn(page, mark, /Why/);
  await page.screenshot({ path: join(PROJECT, "docs", "editor.png"), animations: "disabled" });
} finally {
  await editor.close();
}
