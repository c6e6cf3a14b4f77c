"""Under which id of hadolint an unpinned package is reported: only where hadolint reports it too (measured with 2.15)."""

import pytest

from layerwise.engine import Settings, analyse


@pytest.mark.parametrize(
    ("command", "alias"),
    [
        ("gem install fpm", "DL3028"),
        ("gem install fpm --no-document", "DL3028"),
        ("gem install --no-document fpm bundler", "DL3028"),
        ("gem install --no-ri --no-rdoc fpm", "DL3028"),
        ("gem install --source https://example.com fpm", "DL3028"),
        ("gem install --no-document fpm", None),
        ("gem install -N fpm", None),
        ("gem install --source=https://example.com fpm", None),
        ("gem install --force --no-document --quiet fpm", None),
        ("gem3 install fpm", None),
        ("sudo gem install fpm", None),
        ("pip install --quiet flask", "DL3013"),
        ("sudo pip install flask", None),
        ("sudo apt-get install -y curl", None),
    ],
)
def test_alias(command: str, alias: str | None) -> None:
    analysis = analyse(f"FROM ruby:3.3\nRUN {command}\n", settings=Settings(select=("pin/unpinned-package",)))
    (reported,) = analysis.findings
    assert reported.finding.reported_as == ((alias,) if alias else ())
