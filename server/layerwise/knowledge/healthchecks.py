"""What is known of the health of well-known images: probes, ports, and which have a HEALTHCHECK already."""

from __future__ import annotations

from collections.abc import Mapping

WITH_HEALTHCHECK: frozenset[str] = frozenset(
    {
        *(
            "gitlab/gitlab-ce",
            "gitlab/gitlab-ee",
            "graylog/graylog",
            "pihole/pihole",
            "vaultwarden/server",
            "netdata/netdata",
        ),
        *("louislam/uptime-kuma", "jupyter/base-notebook", "jupyter/minimal-notebook", "jupyter/scipy-notebook"),
        *("jupyter/datascience-notebook", "jupyter/tensorflow-notebook", "jupyter/pytorch-notebook"),
        *("jupyter/pyspark-notebook", "jupyter/all-spark-notebook", "jupyter/r-notebook", "jupyter/julia-notebook"),
    }
)
"""Images that come with a HEALTHCHECK of their own, without their registry."""

OTHER_PORTS: frozenset[int] = frozenset(
    {
        *(21, 22, 25, 53, 69, 88, 110, 111, 123, 143, 161, 179, 389, 443, 445, 465, 514, 587, 636, 873, 993, 995),
        *(
            1080,
            1194,
            1433,
            1521,
            1812,
            1883,
            2049,
            2181,
            2375,
            2376,
            2379,
            2380,
            3128,
            3306,
            3389,
            4369,
            4444,
            5005,
            5222,
        ),
        *(
            5432,
            5555,
            5671,
            5672,
            5900,
            5901,
            6379,
            6443,
            6667,
            7000,
            7687,
            8125,
            8443,
            8883,
            9001,
            9042,
            9050,
            9051,
            9092,
            9300,
            9418,
            9443,
        ),
        *(11211, 11300, 25565, 26379, 27017, 27018, 50000, 50051, 61613, 61616),
    }
)
"""Ports on which something else than plain HTTP is spoken, as a rule."""

PORTS: Mapping[str, int] = {"nginx": 80, "httpd": 80, "caddy": 80}
"""The port that an image exposes by itself, where plain HTTP is spoken on it."""

OWN_PROBES: Mapping[str, tuple[str, ...]] = {
    "postgres": ("pg_isready",),
    "redis": ("redis-cli", "ping"),
    "valkey/valkey": ("valkey-cli", "ping"),
    "mysql": ("mysqladmin", "ping", "-h", "127.0.0.1"),
    "rabbitmq": ("rabbitmq-diagnostics", "-q", "ping"),
}
"""The program by which a server of an image is asked whether it is well."""

HTTP_PROBES: Mapping[str, tuple[str, ...]] = {
    "curl": ("curl", "-fsS", "-o", "/dev/null", "{url}"),
    "wget": ("wget", "-q", "-O", "/dev/null", "{url}"),
    "python": ("python", "-c", "import urllib.request; urllib.request.urlopen('{url}')"),
    "python3": ("python3", "-c", "import urllib.request; urllib.request.urlopen('{url}')"),
    "node": (
        "node",
        "-e",
        "require('http').get('{url}', r => process.exit(r.statusCode < 400 ? 0 : 1)).on('error', () => process.exit(1))",
    ),
    "ruby": ("ruby", "-rnet/http", "-e", "exit Net::HTTP.get_response(URI('{url}')).code < '400'"),
    "php": ("php", "-r", "exit(@file_get_contents('{url}') === false ? 1 : 0);"),
}
"""By program, in order of preference, how it asks a server for a page and fails when there is none."""
