"""What BuildKit refuses about the values of flags: mounts, devices, networks, durations, and words it cannot read."""

from __future__ import annotations

import re
from typing import NamedTuple

from layerwise.knowledge.instructions import MOUNT_KEYS, MOUNT_SHARING, MOUNT_TYPES, NETWORKS, SECURITIES
from layerwise.syntax.flags import Cooked, CsvError, csv_fields
from layerwise.syntax.go_values import integer, is_boolean, is_size, is_unsigned, nanoseconds
from layerwise.syntax.nodes import Flag, Key, Mount, Word
from layerwise.syntax.quoting import quoted
from layerwise.syntax.reading import Reading
from layerwise.syntax.suggest import is_sure, suggestion

_EXPANDED = frozenset({"chown", "chmod", "platform", "checksum"})
_DURATIONS = frozenset({"interval", "timeout", "start-period", "start-interval"})
_MILLISECOND = 1_000_000
_SWITCHES = frozenset({"readonly", "ro", "readwrite", "rw"})


def check_value(reading: Reading, flag: Flag, value: Word) -> None:
    name = flag.name.text
    if isinstance(flag, Mount):
        _MountCheck(reading, flag).run(value)
    elif name == "device":
        _device(reading, value)
    elif name == "network" and value.text not in NETWORKS:
        _one_of(reading, value, NETWORKS, f"invalid network mode {quoted(value.text)}")
    elif name == "security" and value.text not in SECURITIES:
        _one_of(reading, value, SECURITIES, f"security {quoted(value.text)} is not valid")
    elif name in _DURATIONS:
        _duration(reading, name, value)
    elif name == "retries":
        _retries(reading, value)
    elif name == "from" and "$" in value.text:
        _copy_from(reading, value)
    elif name in _EXPANDED:
        reading.check_words(value)


def _device(reading: Reading, value: Word) -> None:
    try:
        read_device(value.text)
    except ValueError as error:
        reading.refuse(value, str(error), "invalid-device")


def _one_of(reading: Reading, value: Word, options: tuple[str, ...], message: str) -> None:
    """A value that BuildKit does not suggest another for, though we can."""
    option = suggestion(value.text, options, case_sensitive=False)
    sure = option.lower() if option and is_sure(value.text, option) else None
    reading.refuse(value, message, "invalid-flag-value", sure)


def _suggested(reading: Reading, where: Word, message: str, code: str, options: tuple[str, ...]) -> None:
    option = suggestion(where.text, options, case_sensitive=True)
    if option:
        message += f" (did you mean {option}?)"
    reading.refuse(where, message, code, option if option and is_sure(where.text, option) else None)


def _duration(reading: Reading, name: str, value: Word) -> None:
    if not value.text:
        return
    try:
        duration = nanoseconds(value.text)
    except ValueError as error:
        reading.refuse(value, str(error), "invalid-duration")
        return
    if duration and duration < _MILLISECOND:
        reading.refuse(value, f"Interval {quoted(name)} cannot be less than 1ms", "invalid-duration")


def _retries(reading: Reading, value: Word) -> None:
    if not value.text:
        return
    try:
        number = integer(value.text, bits=32)
    except ValueError as error:
        reading.refuse(value, str(error), "invalid-flag-value")
        return
    if number < 0:
        reading.refuse(value, f"--retries cannot be negative ({number})", "invalid-flag-value")


def _copy_from(reading: Reading, value: Word) -> None:
    message = (
        "variable expansion is not supported for --from, "
        "define a new stage with FROM using ARG from global scope as a workaround"
    )
    reading.refuse_step(value, message, "variable-in-from")


class Device(NamedTuple):
    """What ``--device=[name=]vendor.com/class=name[,required]`` asks for."""

    name: str
    required: bool


def read_device(text: str) -> Device:
    """
    :raises ValueError: in BuildKit's wording.
    """
    try:
        fields = [field.text for field in csv_fields(Cooked(text, range(len(text))))]
    except CsvError as error:
        raise ValueError(f"failed to parse csv devices: {error}") from None
    name, required = "", False
    for field in fields:
        key, equals, value = field.partition("=")
        key = key.lower()
        if key == "required":
            if equals and not is_boolean(value):
                raise ValueError(f"invalid value for {key}: {value}")
            required = not equals or value[:1] in ("1", "t", "T")
        elif key == "name" and equals:
            if name:
                raise ValueError(f"device name already set to {name}")
            name = value
        elif not name:
            name = field
        elif not equals:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        else:
            option = suggestion(key, ("name", "required"), case_sensitive=True)
            hint = f" (did you mean {option}?)" if option else ""
            raise ValueError(f"unexpected key '{key}' in '{field}'{hint}")
    return Device(name, required)


class _MountCheck:
    """Walks the keys of a ``--mount`` in order, since what a key may be depends on the type named before it.

    Values with variables are taken as right, except in ``from``, where BuildKit allows none.
    """

    def __init__(self, reading: Reading, mount: Mount) -> None:
        self._reading = reading
        self._mount = mount
        self._type = "bind"
        self._unknown_type = False

    def run(self, value: Word) -> None:
        try:
            csv_fields(Cooked(value.text, range(len(value.text))))
        except CsvError as error:
            self._refuse(value if value.text else self._mount, f"failed to parse csv mounts: {error}")
            return
        before = len(self._reading.problems)
        for key in self._mount.keys:
            self._key(key)
        if len(self._reading.problems) == before and not self._unknown_type:
            self._whole()

    def _refuse(self, where: Word | Key | Mount, message: str) -> None:
        self._reading.refuse(where, message, "invalid-mount")

    def _key(self, key: Key) -> None:
        name = key.name.text.lower()
        if key.value is None:
            self._bare(key, name)
        elif name == "from":
            if re.search(r"\$.", key.value.text):
                message = f"'{name}' doesn't support variable expansion, define alias stage instead"
                self._refuse(key.value, message)
        elif name not in MOUNT_KEYS:
            self._unexpected(key, name)
        elif name in ("required", "size") and not self._allows(name):
            self._refuse(key, f"unexpected key '{name}' for mount type '{self._type}'")
        elif "$" in key.value.text:
            self._unknown_type = self._unknown_type or name == "type"
        else:
            self._value(name, key.value)

    def _bare(self, key: Key, name: str) -> None:
        if name in _SWITCHES or (name == "required" and self._allows(name)):
            return
        if name == "required":
            self._refuse(key, f"unexpected key '{name}' for mount type '{self._type}'")
            return
        self._refuse(key, f"invalid field '{key.name.text}' must be a key=value pair")

    def _unexpected(self, key: Key, name: str) -> None:
        field = f"{key.name.text}={key.value.text if key.value else ''}"
        option = suggestion(name, MOUNT_KEYS, case_sensitive=True)
        hint = f" (did you mean {option}?)" if option else ""
        sure = option if option and is_sure(name, option) else None
        self._reading.refuse(key.name, f"unexpected key '{name}' in '{field}'{hint}", "invalid-mount", sure)

    def _allows(self, name: str) -> bool:
        types = ("secret", "ssh") if name == "required" else ("tmpfs",)
        return self._unknown_type or self._type in types

    def _value(self, name: str, value: Word) -> None:
        text = value.text
        if name == "type":
            if text.lower() not in MOUNT_TYPES:
                self._unknown_type = True
                message = f"unsupported mount type {quoted(text)}"
                _suggested(self._reading, value, message, "invalid-mount", MOUNT_TYPES)
            self._type = text.lower()
        elif name == "sharing":
            if text.lower() not in MOUNT_SHARING:
                message = f"unsupported sharing value {quoted(text)}"
                _suggested(self._reading, value, message, "invalid-mount", MOUNT_SHARING)
        elif name in _SWITCHES or name == "required":
            if not is_boolean(text):
                self._refuse(value, f"invalid value for {name}: {text}")
        elif name == "size":
            if not is_size(text):
                self._refuse(value, f"invalid value for {name}: {text}")
        elif name in ("mode", "uid", "gid") and not is_unsigned(text, base=8 if name == "mode" else 10, bits=32):
            self._refuse(value, f"invalid value {text} for {name}")

    def _whole(self) -> None:
        """What no single key tells (``validateMount``)."""
        mount, kind = self._mount, self._type
        if kind not in ("secret", "ssh", "cache"):
            for name in ("mode", "uid", "gid"):
                if mount.get(name) is not None:
                    self._refuse(self._last(name), f"{name} not allowed for {quoted(kind)} type mounts")
                    return
        if kind == "secret":
            self._secret(mount)
        elif mount.get("sharing") and kind != "cache":
            self._refuse(self._last("sharing"), f"invalid cache sharing set for {kind} mount")

    def _secret(self, mount: Mount) -> None:
        if mount.get("from"):
            self._refuse(self._last("from"), "secret mount should not have a from")
        elif mount.get("sharing"):
            self._refuse(self._last("sharing"), "secret mount should not define sharing")
        elif not mount.source and not mount.target and not mount.get("id") and not mount.get("env"):
            self._refuse(mount, "invalid secret mount. one of source, target required")
        elif mount.source and mount.get("id"):
            self._refuse(self._last("id"), "both source and id can't be set")

    def _last(self, name: str) -> Key:
        return next(key for key in reversed(self._mount.keys) if key.name.text.lower() == name)
