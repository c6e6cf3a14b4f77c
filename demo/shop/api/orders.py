"""The orders of the shop, over HTTP."""

import os

import psycopg
from flask import Flask, jsonify, request

app = Flask(__name__)


def connection() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"])


@app.get("/health")
def health():
    return "ok"


@app.get("/orders")
def orders():
    with connection() as database:
        rows = database.execute("SELECT id, article, quantity FROM orders ORDER BY id").fetchall()
    return jsonify([{"id": id_, "article": article, "quantity": quantity} for id_, article, quantity in rows])


@app.post("/orders")
def add_order():
    order = request.get_json()
    with connection() as database:
        row = database.execute(
            "INSERT INTO orders (article, quantity) VALUES (%s, %s) RETURNING id", (order["article"], order["quantity"])
        ).fetchone()
    return jsonify({"id": row[0]}), 201
