const express = require("express");

const app = express();
app.use(require("compression")());
app.get("/hello/:name", (request, response) => response.send(`Hello, ${request.params.name}!`));
module.exports = app;
