from collections import Counter

import click
from sortedcontainers import SortedDict


@click.command()
@click.argument("words", nargs=-1)
def main(words: tuple[str, ...]) -> None:
    for word, count in SortedDict(Counter(words)).items():
        click.echo(f"{count} {word}")


main()
