const fs = require("fs");
const {minify} = require("html-minifier-terser");

fs.mkdirSync("build", {recursive: true});
fs.copyFileSync("src/style.css", "build/style.css");
minify(fs.readFileSync("src/index.html", "utf8"), {collapseWhitespace: true, removeComments: true}).then((text) =>
  fs.writeFileSync("build/index.html", text),
);
