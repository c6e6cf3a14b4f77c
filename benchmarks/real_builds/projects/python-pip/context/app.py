from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/price/<int:pieces>")
def price(pieces: int):
    return jsonify(pieces=pieces, total=pieces * 250)
