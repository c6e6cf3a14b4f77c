// Serves the built page, and hands /api on to the orders service.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const API = process.env.API_URL ?? "http://api:8000";
const TYPES = { "/index.html": "text/html; charset=utf-8", "/client.js": "text/javascript" };

createServer(async (request, response) => {
  const path = request.url === "/" ? "/index.html" : request.url;
  if (path.startsWith("/api/")) {
    const answer = await fetch(API + path.slice(4));
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  } else if (path in TYPES) {
    response.writeHead(200, { "content-type": TYPES[path] }).end(await readFile(`dist${path}`));
  } else {
    response.writeHead(404).end();
  }
}).listen(3000);
