"""How each compiler is told to leave symbols and debug information out of a program, and what shows that it should not."""

from __future__ import annotations

GO_PROGRAMS: frozenset[str] = frozenset({"go", "xx-go"})
GO_DEBUGGING: frozenset[str] = frozenset({"-race", "-cover", "-asan", "-msan", "-n"})
"""Options of a build that is not meant to be shipped."""
GO_VALUED: frozenset[str] = frozenset(
    {
        *("-o", "-ldflags", "-gcflags", "-asmflags", "-gccgoflags", "-tags", "-mod", "-modfile", "-p", "-C", "-pkgdir"),
        *(
            "-buildmode",
            "-compiler",
            "-installsuffix",
            "-overlay",
            "-pgo",
            "-toolexec",
            "-coverpkg",
            "-covermode",
            "-exec",
        ),
    }
)
"""Options of ``go build`` that take the next word as their value, where it is not joined by ``=``."""

C_COMPILERS: frozenset[str] = frozenset({"gcc", "g++", "cc", "c++", "clang", "clang++"})
C_NOT_LINKING: frozenset[str] = frozenset(
    {"-c", "-S", "-E", "-g", "-ggdb", "-g3", "-M", "-MM", "-fsyntax-only", "-pg", "--coverage"}
)
"""Options with which there is no program to strip, or one that is to be debugged."""
STRIPPING: frozenset[str] = frozenset({"strip", "llvm-strip", "upx", "objcopy", "eu-strip", "sstrip", "dlv", "garble"})
"""Programs that strip or pack what was built, or that need it unstripped."""
