require "sinatra"

get("/") { "One lamp left." }
