const express = require("express");

express().get("/", (_, answer) => answer.send("One lamp left.")).listen(3000);
