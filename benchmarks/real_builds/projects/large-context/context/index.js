console.log(require("ms")(90000, { long: true }));
