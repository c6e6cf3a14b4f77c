"""What is known of common programs: which of their words are paths, and that they touch nothing else of a project."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPEAKING: frozenset[str] = _words(
    ": true false echo printf set export unset readonly local declare typeset shopt umask ulimit sleep date uname id"
    " whoami arch nproc hostname exit return wait trap env printenv command type which hash mktemp getent"
    " dpkg-architecture apt-mark apt-config"
)
"""Programs that read and write no files of a project: their words are texts, names and options."""

SYSTEM: frozenset[str] = _words(
    "useradd adduser groupadd addgroup usermod groupmod userdel deluser groupdel delgroup passwd chpasswd gpasswd"
    " update-ca-certificates update-ca-trust ldconfig locale-gen localedef update-locale dpkg-reconfigure"
    " update-alternatives debconf-set-selections add-apt-repository apt-add-repository apt-key apt-cache dpkg-query"
    " docker-php-ext-install docker-php-ext-enable docker-php-ext-configure pecl phpenmod phpdismod a2enmod a2dismod"
    " install-php-extensions setcap fc-cache update-mime-database gem-wrappers subscription-manager"
)
"""Programs that change the system: what they touch of the file system are paths of their own and those they are given."""

WITH_PATHS: frozenset[str] = _words(
    "mkdir rmdir rm touch ln cp mv install cat ls stat head tail wc chmod chown chgrp truncate tee cut sort uniq tr"
    " basename dirname readlink realpath tar unzip gunzip gzip xz unxz bunzip2 zcat sha256sum sha512sum sha1sum"
    " md5sum gpg gpgconf dpkg rpm sed grep awk diff cmp file find du tree strip test [ source . cd pushd"
)
"""Programs whose operands are files, or texts that are taken for files to be on the safe side."""

TEXT_FIRST: frozenset[str] = frozenset({"sed", "grep", "awk", "chmod", "chown", "chgrp", "tr", "cut"})
"""Those of them whose first operand is no file but a script, a pattern, a mode or an owner."""

DOWNLOADING: frozenset[str] = frozenset({"curl", "wget", "git", "aria2c"})
"""Programs that fetch something, into the folder they run in or to a path they are given."""

SHELLS: frozenset[str] = frozenset({"sh", "bash", "dash", "ash", "zsh"})

PATH_OPTIONS: Mapping[str, frozenset[str]] = {
    "curl": frozenset(
        {"-o", "--output", "-T", "--upload-file", "-K", "--config", "--output-dir", "-d", "--data", "-F"}
    ),
    "wget": frozenset({"-O", "--output-document", "-P", "--directory-prefix", "-i", "--input-file", "--post-file"}),
    "git": frozenset({"-C", "--work-tree", "--git-dir"}),
    "tar": frozenset({"-C", "--directory", "-f", "--file"}),
    "unzip": frozenset({"-d"}),
    "useradd": frozenset({"-d", "--home-dir", "--home", "-b", "--base-dir"}),
    "adduser": frozenset({"-h", "--home"}),
    "usermod": frozenset({"-d", "--home"}),
}
"""Options whose next word is a path."""

TEXT_OPTIONS: Mapping[str, frozenset[str]] = {
    "curl": _words("-H --header -X --request -u --user -A --user-agent --retry --retry-delay -w --proto"),
    "wget": _words("--header -t --tries -T --timeout -U --user-agent --progress -e"),
    "tar": frozenset({"--strip-components", "--exclude", "--owner", "--group"}),
    "useradd": _words("-u --uid -g --gid -G --groups -s --shell -c --comment -K --key -p --password"),
    "adduser": _words("-u --uid -g --gid -G --ingroup -s --shell --gecos --group -k --skel --home-dir"),
    "groupadd": _words("-g --gid -K --key"),
    "addgroup": _words("-g --gid"),
    "usermod": _words("-u --uid -g --gid -G --groups -s --shell -c --comment -l --login"),
    "install": _words("-m --mode -o --owner -g --group"),
    "mkdir": frozenset({"-m", "--mode"}),
    "head": frozenset({"-n", "-c"}),
    "tail": frozenset({"-n", "-c"}),
    "sed": frozenset({"-e"}),
    "grep": frozenset({"-e", "-m", "-A", "-B", "-C"}),
    "truncate": frozenset({"-s"}),
}
"""Options whose next word is no path."""

SETTING_UP: Mapping[str, frozenset[str]] = {
    "mix": _words("local.hex local.rebar"),
    "npm": _words("config cache set"),
    "pnpm": _words("config set"),
    "bundle": _words("config"),
    "poetry": _words("config"),
    "composer": _words("config clear-cache self-update"),
    "pip": _words("config cache"),
    "uv": _words("cache python"),
    "go": _words("env"),
    "dotnet": _words("nuget"),
}
"""Subcommands that set up a package manager, outside of the project unless told otherwise."""

SYSTEM_FOLDERS: tuple[str, ...] = (
    *(
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/lib32",
        "/lib64",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/sys",
        "/usr",
        "/var",
    ),
)
"""Where packages put their files: what is copied there may change what later commands do."""

STANDING_FOLDERS: frozenset[str] = _words(
    "/ /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /var /usr/bin /usr/lib"
    " /usr/local /usr/local/bin /usr/local/lib /usr/local/share /usr/local/src /usr/sbin /usr/share /usr/src /var/cache"
    " /var/lib /var/log /var/tmp /usr/local/etc /usr/local/sbin"
)
"""Folders that every image has, so that no step needs to make them."""

PLAIN_FOLDERS: frozenset[str] = _words(
    "/opt /srv /usr/bin /usr/local/bin /usr/local/share /usr/share /usr/src /usr/share/nginx/html"
)
"""Those that belong to root in every image, with mode 755, and are a symbolic link in none; also the one of nginx."""

PLAIN_PARENTS: frozenset[str] = _words("/ /opt /srv /usr/src")
"""Folders of the same kind in which images rarely have anything."""

LISTING: frozenset[str] = frozenset({"ls", "find", "du", "tree", "stat"})
"""Programs that look at the folder they run in when they are given none."""

PROJECT_FOLDERS: tuple[str, ...] = (
    *("/usr/src", "/usr/app", "/usr/local/src", "/usr/local/app", "/var/www", "/var/app", "/var/task", "/var/lib/app"),
)
"""Folders below those where people keep projects all the same."""

CHECKING: frozenset[str] = _words(
    "sha1sum sha224sum sha256sum sha384sum sha512sum md5sum shasum b2sum cksum gpg gpgv openssl cosign minisign chmod"
    " chown ls stat file du echo printf test [ grep true"
)
"""Programs that look at a file or check it, and have no use for what is in it."""

UNPACKING: frozenset[str] = _words("tar bsdtar unzip 7z 7za 7zr unrar unar ar")
"""Programs that unpack archives and leave them where they are."""

INSTALLING: Mapping[str, str] = {
    "dpkg": r"-\w*i\w*|--install|-\w*x|--extract|--unpack",
    "rpm": r"-\w*[iU]\w*|--install|--upgrade",
}
"""Programs that install a package file, with the options (a regular expression) by which they do."""

INTERPRETERS: frozenset[str] = SHELLS | {"python", "python2", "python3", "ksh"}
"""Programs that run the file they are given first."""

REMOVING: frozenset[str] = _words("rm unlink shred gunzip bunzip2 unxz unlzma uncompress")
"""Programs behind which the files they are given are gone."""

INSTALLING_SOURCES: Mapping[str, frozenset[str]] = {
    "make": _words("install install-strip install_sw altinstall install-bin"),
    "gmake": frozenset({"install"}),
    "ninja": frozenset({"install"}),
    "meson": frozenset({"install"}),
    "cmake": frozenset({"--install", "install"}),
    "scons": frozenset({"install"}),
    "waf": frozenset({"install"}),
    "python": frozenset({"setup.py"}),
    "python2": frozenset({"setup.py"}),
    "python3": frozenset({"setup.py"}),
}
"""Programs that install what lies in the folder they run in, with the words by which they do."""

COPYING_OUT: frozenset[str] = _words("cp mv install cd pushd popd ldconfig strip ls echo test [ chmod chown make")
"""Programs behind which a folder that they name is not needed any more."""

INSTALLING_NOTHING: frozenset[str] = _words(
    ": true false echo printf set export cd test [ exit sleep wait ls rm mkdir touch cat tee sed cp mv ln chmod chown grep"
    " find mktemp curl wget gpg apt-key add-apt-repository apt-cache apt-config apt-mark update-alternatives locale-gen"
    " groupadd useradd adduser addgroup usermod"
)
"""Programs that surely install no package from an index that is there: any other may be a script that does."""

FETCHING_LISTS: frozenset[str] = _words("add-apt-repository apt-add-repository source . install-php-extensions")
"""Programs that may fetch or remove package lists on the way."""

WGET_VALUED: frozenset[str] = frozenset("OPetTUiBwQlARDIX")
"""The one-letter options of GNU's ``wget`` that take a value, but for those that name a log."""

VERIFYING: frozenset[str] = _words(
    "sha1sum sha224sum sha256sum sha384sum sha512sum md5sum shasum b2sum cksum gpgv cosign minisign signify"
    " slsa-verifier rpmkeys"
)
"""Programs by which a file is checked against a sum or a signature. ``gpg`` and ``openssl`` do so among much else."""

PROGRAM_FOLDERS: tuple[str, ...] = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
"""Folders of which all files are there to be run."""

FAILING_QUIETLY: frozenset[str] = _words("curl wget aria2c aws gsutil kubectl ssh make cmake npm yarn pip mvn gradle")
"""Programs in front of a ``|`` that fail when the network or a server does, or a compiler."""

STOPPING_EARLY: frozenset[str] = frozenset({"head", "true", ":"})
"""Programs that read no more than they need, so that what writes to them may be ended by a signal."""

NOTICING: frozenset[str] = _words(
    "tar bsdtar gunzip unxz bunzip2 xz zstd unzip gpg gpg2 apt-key dpkg rpm rpm2cpio cpio sha256sum sha512sum docker patch"
)
"""Programs that fail by themselves when what they read is empty or ends too early."""
