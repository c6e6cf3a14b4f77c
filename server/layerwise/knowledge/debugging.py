"""Packages of tools that people use at a terminal, and what tells that an image is made for people at a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping


def _tools(programs: str, packages: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(packages.split(), tuple(programs.split()))


TOOLS: Mapping[str, tuple[str, ...]] = {
    **_tools("vim vi view vimdiff", "vim vim-tiny vim-nox vim-enhanced vim-minimal neovim nvi"),
    **_tools("nano", "nano nano-tiny"),
    **_tools("emacs", "emacs emacs-nox"),
    **_tools("joe", "joe"),
    **_tools("mc", "mc"),
    **_tools("micro", "micro"),
    **_tools("less", "less"),
    **_tools("most", "most"),
    **_tools("htop", "htop"),
    **_tools("atop", "atop"),
    **_tools("btop", "btop"),
    **_tools("iotop", "iotop"),
    **_tools("iftop", "iftop"),
    **_tools("nethogs", "nethogs"),
    **_tools("ncdu", "ncdu"),
    **_tools("tree", "tree"),
    **_tools("telnet", "telnet inetutils-telnet busybox-extras"),
    **_tools("traceroute", "traceroute"),
    **_tools("mtr", "mtr mtr-tiny"),
    **_tools("tcpdump", "tcpdump"),
    **_tools("strace", "strace"),
    **_tools("ltrace", "ltrace"),
    **_tools("gdb gdbserver", "gdb"),
    **_tools("man", "man man-db manpages mandoc man-pages"),
}
"""By the name of a package, in any distribution, the programs that would be called if something needed it."""

PREFERENCES: frozenset[str] = frozenset(
    {"EDITOR", "VISUAL", "PAGER", "GIT_EDITOR", "GIT_PAGER", "KUBE_EDITOR", "SYSTEMD_PAGER", "MANPAGER"}
)
"""Variables that name a tool for people; whoever sets one expects people."""

FOR_PEOPLE: frozenset[str] = frozenset(
    {
        *("openssh-server", "openssh", "dropbear", "tmux", "screen", "ttyd", "byobu", "mosh", "zsh", "fish"),
        *("bash-completion", "code-server", "xrdp", "xterm", "tigervnc-standalone-server", "x11vnc", "sudo"),
    }
)
"""Packages of which an image for people has one or the other."""

PAGED: frozenset[str] = frozenset(
    {
        *("git", "git-all", "git-core", "postgresql-client", "mysql-client", "default-mysql-client", "mariadb-client"),
        *("awscli", "aws-cli", "groff", "subversion", "mercurial", "gh"),
    }
)
"""Packages whose programs show what they have to say with ``less``."""

IDLE: frozenset[str] = frozenset(
    {"bash", "sh", "ash", "zsh", "fish", "dash", "sleep", "tail", "cat", "true", "tmux", "su", "login"}
)
"""What starts in an image that waits for somebody to come and work in it."""

REPLS: re.Pattern[str] = re.compile(
    r"(?:python|pypy|ipython|php|perl|ruby|lua|node)[0-9.]*|irb|ghci|jshell|iex|erl|bun|julia|R|swift|scala|groovysh|psql"
)
"""Interpreters that, started with nothing but options, wait for what somebody types: such an image is one to build on."""

APPLICATIONS: frozenset[str] = frozenset(
    {
        *(
            "nginx",
            "httpd",
            "tomcat",
            "jetty",
            "wordpress",
            "redis",
            "postgres",
            "mysql",
            "mariadb",
            "mongo",
            "rabbitmq",
        ),
        *("php", "memcached", "haproxy", "traefik", "caddy", "elasticsearch", "kibana", "grafana/grafana", "ghost"),
        *("nextcloud", "drupal", "joomla", "solr", "neo4j", "influxdb", "telegraf", "vault", "consul", "registry"),
    }
)
"""Images that start an application by themselves."""

SERVERS: frozenset[str] = frozenset(
    {
        *("gunicorn", "uvicorn", "hypercorn", "daphne", "uwsgi", "waitress-serve", "flask", "celery", "runserver"),
        *("puma", "unicorn", "passenger", "rails", "sidekiq", "server.js", "index.js", "app.js", "pm2-runtime"),
        *("nginx", "httpd", "apache2", "apache2-foreground", "apache2ctl", "apachectl", "php-fpm", "supervisord"),
        *("redis-server", "mysqld", "postgres", "mongod", "haproxy", "caddy", "traefik", "catalina.sh"),
    }
)
"""Words in a CMD or ENTRYPOINT by which a service is known."""

WORKPLACES: frozenset[str] = frozenset(
    {
        *("jupyter", "jupyter-lab", "jupyter-notebook", "start-notebook.sh", "start-notebook.py", "rstudio"),
        *("code-server", "openvscode-server", "sshd", "ttyd", "gotty", "wetty", "zeppelin.sh", "rserver"),
    }
)
"""Programs that let people work inside of the container."""

MODES: frozenset[str] = frozenset(
    {"NODE_ENV", "RAILS_ENV", "RACK_ENV", "APP_ENV", "FLASK_ENV", "DJANGO_ENV", "MIX_ENV", "ENVIRONMENT", "PHP_ENV"}
)
"""Variables that say whether it is for development or for production."""
