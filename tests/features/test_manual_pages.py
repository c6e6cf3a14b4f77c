"""The manual is whole: every word that the builder knows has a page, and every page is well made."""

import pytest

from layerwise.engine import analyse
from layerwise.features.hover.answer import word_hover
from layerwise.knowledge.instructions import (
    DIRECTIVES,
    INSTRUCTIONS,
    MOUNT_KEYS,
    MOUNT_SHARING,
    MOUNT_TYPES,
    NETWORKS,
    PROTOCOLS,
    SECURITIES,
)
from layerwise.knowledge.manual import Book, page, pages
from layerwise.knowledge.packages import MANAGERS

FLAGS = [(kind.name, flag) for kind in INSTRUCTIONS.values() for flag in kind.flags]
PLATFORM = [f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")]
PROXIES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"]  # fmt: skip
EXAMPLES = {
    "FROM": "FROM {flag}x a:1\n",
    "HEALTHCHECK": "FROM a:1\nHEALTHCHECK {flag}3s CMD x\n",
    "RUN": "FROM a:1\nRUN {flag}x y\n",
}


@pytest.mark.parametrize("book", Book)
def test_pages_are_well_made(book: Book) -> None:
    for key, found in pages(book).items():
        assert key
        assert key == key.strip()
        assert found.text, key
        assert found.text.count("```") % 2 == 0, key
        assert not found.link or found.link.startswith("https://"), key
        assert "{#" not in found.markdown, key
        assert not any(line != line.rstrip() for line in found.text.splitlines()), key
        if book is Book.TAGS:
            assert "\n" not in found.text, key


def test_no_key_stands_twice_in_a_book() -> None:
    import pkgutil

    for book in Book:
        text = (pkgutil.get_data("layerwise.knowledge", f"pages/{book}.md") or b"").decode()
        keys: list[str] = []
        fenced = False
        for line in text.splitlines():
            fenced ^= line.startswith("```")
            if line.startswith("# ") and not fenced:
                keys += line[2:].partition(" {")[0].split(" | ")
        assert len(keys) == len(set(keys)), sorted(key for key in set(keys) if keys.count(key) > 1)


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_every_instruction_is_explained_with_syntax_cache_and_link(name: str) -> None:
    found = page(Book.INSTRUCTIONS, name)
    assert found is not None
    assert "```dockerfile" in found.text
    assert found.link.startswith("https://docs.docker.com/reference/dockerfile/#")
    if name not in ("MAINTAINER", "FROM", "HEALTHCHECK", "ONBUILD"):
        assert "**Cache" in found.text
        assert "mage**" in found.text
    for prefix in ("", "ONBUILD ") if name not in ("FROM", "ONBUILD", "MAINTAINER") else ("",):
        text = f"FROM a:1\n{prefix}{name.lower()} x"
        shown = word_hover(analyse(text), text.index(name.lower()) + 1)
        assert shown is not None
        assert found.text in shown.markdown


def test_there_are_eighteen_instructions() -> None:
    assert set(pages(Book.INSTRUCTIONS)) == set(INSTRUCTIONS)
    assert len(INSTRUCTIONS) == 18


@pytest.mark.parametrize(("name", "flag"), FLAGS, ids=[f"{name} --{flag}" for name, flag in FLAGS])
def test_every_flag_is_explained(name: str, flag: str) -> None:
    text = EXAMPLES.get(name, "FROM a:1\n{name} {flag}x a b\n").format(name=name, flag=f"--{flag}=")
    shown = word_hover(analyse(text), text.index("--") + 3)
    assert shown is not None
    assert shown.markdown.startswith((f"`--{flag}`", f"`--{flag.partition('=')[0]}"))


@pytest.mark.parametrize("key", MOUNT_KEYS)
@pytest.mark.parametrize("kind", MOUNT_TYPES)
def test_every_mount_key_is_explained(key: str, kind: str) -> None:
    mount = f"type={kind}" if key == "type" else f"type={kind},{key}=1"
    text = f"FROM a:1\nRUN --mount={mount} x\n"
    shown = word_hover(analyse(text), text.index(key) + 1 if key == "type" else text.index(f",{key}=") + 2)
    assert shown is not None
    assert shown.markdown


@pytest.mark.parametrize(
    ("book", "key"),
    [
        *((Book.DIRECTIVES, name) for name in DIRECTIVES),
        *((Book.MOUNTS, f"type={kind}") for kind in MOUNT_TYPES),
        *((Book.MOUNTS, f"sharing={kind}") for kind in MOUNT_SHARING),
        *((Book.WORDS, f"--network={kind}") for kind in NETWORKS),
        *((Book.WORDS, f"--security={kind}") for kind in SECURITIES),
        *((Book.VALUES, kind) for kind in PROTOCOLS),
        *((Book.VARIABLES, name) for name in (*PLATFORM, *PROXIES, "DEBIAN_FRONTEND", "PIP_NO_CACHE_DIR")),
        *((Book.IMAGES, name) for name in ("debian", "ubuntu", "alpine", "python", "node", "golang", "rust", "ruby")),
    ],
)
def test_every_value_that_the_builder_knows_has_a_page(book: Book, key: str) -> None:
    assert page(book, key) is not None


@pytest.mark.parametrize("program", [program for manager in MANAGERS for program in manager.programs])
def test_every_package_manager_and_its_subcommands_are_explained(program: str) -> None:
    manager = next(manager for manager in MANAGERS if program in manager.programs)
    for words in ("", *(words for words, operation in manager.operations.items() if operation)):
        if words.startswith("-"):
            continue
        text = f"FROM a:1\nRUN {program} {words}".rstrip() + " some-package\n"
        offset = text.index(program) + 1 if not words else text.index(f" {words} some") + len(words)
        shown = word_hover(analyse(text), offset)
        assert shown is not None, f"{program} {words}"
        assert shown.markdown
