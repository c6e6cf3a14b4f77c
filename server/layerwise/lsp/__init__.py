"""The language server: transport, protocol, conversion. No knowledge of Dockerfiles; the one place that knows pygls."""
