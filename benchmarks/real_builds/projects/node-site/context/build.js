const fs = require("fs");
const CleanCss = require("clean-css");
const { marked } = require("marked");

fs.mkdirSync("dist", { recursive: true });
const style = new CleanCss().minify(fs.readFileSync("style.css", "utf8")).styles;
for (const page of fs.readdirSync("pages")) {
  const body = marked.parse(fs.readFileSync(`pages/${page}`, "utf8"));
  fs.writeFileSync(`dist/${page.replace(".md", ".html")}`, `<style>${style}</style>${body}`);
}
