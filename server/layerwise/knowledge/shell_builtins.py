"""The commands that a shell runs by itself, or does otherwise than the program of the same name. Knows no scripts.

Source: POSIX, "Special Built-In Utilities" and "Intrinsic Utilities", and the bash manual, "Shell Builtin Commands".
"""

from __future__ import annotations

BUILTINS: frozenset[str] = frozenset(
    {
        *(".", ":", "[", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen", "complete"),
        *("continue", "declare", "dirs", "disown", "enable", "eval", "exec", "exit", "export", "fc", "fg", "getopts"),
        *("hash", "history", "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd", "pwd"),
        *("read", "readarray", "readonly", "return", "set", "shift", "shopt", "source", "suspend", "test", "time"),
        *("times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait"),
    }
)
"""Without ``echo``, ``true`` and ``false``, whose programs do the same."""
