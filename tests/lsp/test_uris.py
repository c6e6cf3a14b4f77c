"""URIs of files and paths are two names of the same file."""

import pytest

from layerwise.lsp.uris import path_of, uri_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/Dockerfile", "/a/Dockerfile"),
        ("file:///a%20b/%C3%A9/Dockerfile%3Fx%23y", "/a b/é/Dockerfile?x#y"),
        ("file:///a;b/Dockerfile", "/a;b/Dockerfile"),
        ("file://localhost/a", "/a"),
        ("file:///c%3A/a/Dockerfile", "C:/a/Dockerfile"),
        ("file:///C:/a", "C:/a"),
        ("file://server/share/a", "//server/share/a"),
        ("untitled:Untitled-1", None),
        ("vscode-remote://host/a", None),
        ("", None),
        ("file://[", None),
    ],
)
def test_a_uri_has_a_path(uri: str, path: str | None) -> None:
    assert path_of(uri) == path


@pytest.mark.parametrize("path", ["/a/b", "/a b/é?#;%", "C:/a/b", "//server/share/x y"])
def test_a_path_survives_the_way_through_its_uri(path: str) -> None:
    assert path_of(uri_of(path)) == path
