"""Which names and addresses mean something else from one day to the next."""

from __future__ import annotations

import re

BRANCHES = re.compile(
    r"(?:refs/heads/|origin/)?(?:master|main|develop|dev|trunk|devel|next|nightly|HEAD|head|unstable)"
)
"""Names of branches that new commits go to; not those of releases, which may be tags."""

_BRANCH = r"(?:refs/heads/|refs/remotes/origin/)?(?:master|main|develop|trunk|devel|nightly|HEAD)"
ADDRESSES = re.compile(
    # The newest release of a project, whatever it is.
    r"/releases/latest(?:/|$|\?)|/latest/|[-_/.]latest[-_.]|/latest$"
    # A file, or all files, of a branch: GitHub, its raw files and archives, GitLab, Bitbucket, cgit and Gitea.
    rf"|://raw\.githubusercontent\.com/[^/]+/[^/]+/{_BRANCH}/"
    rf"|://(?:www\.)?github\.com/[^/]+/[^/]+/(?:raw|blob|tree)/{_BRANCH}/"
    rf"|://(?:www\.|codeload\.)?github\.com/[^/]+/[^/]+/(?:archive|tarball|zipball|zip|tar\.gz)/{_BRANCH}(?:[./]|$)"
    rf"|/-/(?:raw|archive|blob)/{_BRANCH}/|://bitbucket\.org/[^/]+/[^/]+/(?:raw|get)/{_BRANCH}(?:[./]|$)"
    rf"|/raw/branch/|://gitee\.com/[^/]+/[^/]+/raw/{_BRANCH}/"
)
"""Parts of an address that is that of another file after the next release or commit."""

KEYS = re.compile(r"\.(?:gpg|asc|key|pub|pgp)(?:$|\?)|/(?:gpg|KEYS|key)$")
"""Addresses of keys, which stay the same."""

VERSIONED = re.compile(r"\d+\.\d+[^/]*$")
"""File names that say which version they are, in whatever branch they lie."""

COMFORTS = re.compile(
    r"oh-?my-?(?:zsh|bash|posh)|zsh-users/|powerlevel10k|bash-git-prompt|dotfiles|/\.?vim|tmux-plugins|spaceship|bash-it|(?:linux|home)brew",
    re.IGNORECASE,
)
"""What makes a terminal pleasant, of which everybody wants the newest."""

REPOSITORY = re.compile(
    r"(?:https?://|git://|ssh://|git@).*\.git(?:#|$)|git@[\w.-]+:.*|(?:https?://)?github\.com/[\w.-]+/[\w.-]+(?:#|$)"
)
"""What ADD takes for a Git repository (Dockerfile reference, "ADD <git ref>")."""

CHECKSUMS = frozenset(
    {"sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "md5sum", "shasum", "b2sum", "cksum", "openssl"}
)
"""Programs that check that a file is the one that was meant."""

CLONE_VALUED: frozenset[str] = frozenset(
    (
        *("-b", "--branch", "-o", "--origin", "-u", "--upload-pack", "--reference", "--reference-if-able", "--depth"),
        *("-j", "--jobs", "--filter", "--separate-git-dir", "-c", "--config", "--template", "--shallow-since"),
        *("--shallow-exclude", "--server-option", "--bundle-uri"),
    )
)
"""Options of ``git clone`` that take the next word as their value."""

PINNING = frozenset({"checkout", "reset", "switch", "fetch", "restore", "cherry-pick"})
"""Subcommands of git that go to the commit, tag or branch that they name."""

MOUNTED: frozenset[str] = frozenset({"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"})
"""Files that the builder mounts into each RUN, so that what is written to them gets into no layer."""
