"""The command line: arguments, files and output. Knows nothing of what is wrong with a Dockerfile."""
