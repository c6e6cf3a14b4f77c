const slugify = require("slugify");

console.log(slugify(process.argv[2], {lower: true, locale: "de"}));
