package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

func main() {
	router := chi.NewRouter()
	router.Get("/", func(answer http.ResponseWriter, _ *http.Request) { answer.Write([]byte("One lamp left.")) })
	http.ListenAndServe(":3000", router)
}
