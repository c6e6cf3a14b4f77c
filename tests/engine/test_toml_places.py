"""Where keys and values of a TOML document stand."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerwise.engine.toml_places import KeyPath, places

SOURCE = '''\
# a comment with = and [brackets]
profile = "all"   # = here too
list = ["a", 'b',  # comment ] in an array
  """c
d""", 4.5,
]
"quoted key".'x y' = true
[table]
inline = { a = 1, "b.c" = [{ d = "}" }] }
[[many]]
one = 1979-05-27T07:32:00Z
[[many]]
one = 2
[many.deep]
key = "é 🚀 \\" \\u00e9"
[a.b.c]
d = 0x1F
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("profile",), "profile", '"all"'),
        (("list", 0), '"a"', '"a"'),
        (("list", 2), '"""c\nd"""', '"""c\nd"""'),
        (("list", 3), "4.5", "4.5"),
        (("quoted key", "x y"), "'x y'", "true"),
        (("table",), "table", "[table]"),
        (("table", "inline", "a"), "a", "1"),
        (("table", "inline", "b.c", 0, "d"), "d", '"}"'),
        (("many", 0, "one"), "one", "1979-05-27T07:32:00Z"),
        (("many", 1, "one"), "one", "2"),
        (("many", 1, "deep", "key"), "key", '"é 🚀 \\" \\u00e9"'),
        (("a", "b", "c", "d"), "d", "0x1F"),
    ],
)
def test_each_setting_has_its_place(path: KeyPath, key: str, value: str) -> None:
    place = places(SOURCE)[path]
    assert place.key.of(SOURCE) == key
    assert place.value.of(SOURCE) == value


def leaves(data: Any, path: KeyPath = ()) -> set[KeyPath]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    inside = [leaves(value, (*path, name)) for name, value in items]
    return set().union(*inside) if inside else {path}


def test_every_value_has_a_place() -> None:
    assert leaves(tomllib.loads(SOURCE)) <= set(places(SOURCE))


KEYS = st.sampled_from(["a", "b-c", '"d e"', "'f'"])
VALUES = st.recursive(
    st.sampled_from(["1", "true", '"x"', "'y'", '"""z\n"""', "'''q'''", "-1.5e3", "07:32:00"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + " ,\n ".join(items) + " ]"),
        st.dictionaries(KEYS, inner, max_size=2).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.sampled_from(["", "[t]\n", "[[u]]\n", "[u.v]\n"]), KEYS, VALUES), max_size=5))
def test_whatever_tomllib_reads_has_places(parts: list[tuple[str, str, str]]) -> None:
    source = "".join(f"{header}{key}.{index}k = {value} # c\n" for index, (header, key, value) in enumerate(parts))
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    found = places(source)
    for path in leaves(data):
        if path:
            assert path in found
