"""The users and groups that images have from the start, as far as Dockerfiles commonly name them."""

from __future__ import annotations

from collections.abc import Mapping

EVERYWHERE: frozenset[str] = frozenset({"root", "nobody"})

OF_DEBIAN: frozenset[str] = frozenset(
    ["daemon", "bin", "sys", "sync", "games", "man", "mail", "news", "proxy", "www-data", "backup", "nogroup", "staff"]
)
"""The package ``base-passwd`` makes them, in Debian and what is built on it."""

DEBIAN_IMAGES: frozenset[str] = frozenset(
    ["debian", "ubuntu", "buildpack-deps", "python", "node", "ruby", "golang", "rust", "php", "openjdk", "gcc", "perl"]
)
"""Official images that are built on Debian unless their tag says ``alpine``."""

OF_IMAGE: Mapping[str, frozenset[str]] = {
    "php": frozenset({"www-data"}),
    "wordpress": frozenset({"www-data"}),
    "drupal": frozenset({"www-data"}),
    "httpd": frozenset({"www-data"}),
    "nginx": frozenset({"nginx"}),
    "nginxinc/nginx-unprivileged": frozenset({"nginx"}),
    "node": frozenset({"node"}),
    "postgres": frozenset({"postgres"}),
    "mysql": frozenset({"mysql"}),
    "mariadb": frozenset({"mysql"}),
    "redis": frozenset({"redis"}),
    "mongo": frozenset({"mongodb"}),
    "memcached": frozenset({"memcache"}),
    "haproxy": frozenset({"haproxy"}),
    "gradle": frozenset({"gradle"}),
    "jenkins/jenkins": frozenset({"jenkins"}),
}
"""What the Dockerfile of an official image adds."""


def names_in(image: str, tag: str) -> frozenset[str]:
    """The names of users and groups in an image, by its name without registry and its tag."""
    found = EVERYWHERE | OF_IMAGE.get(image, frozenset())
    return found | OF_DEBIAN if image in DEBIAN_IMAGES and "alpine" not in tag else found
