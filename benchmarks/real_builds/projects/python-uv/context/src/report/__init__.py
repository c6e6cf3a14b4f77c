import sys

from tabulate import tabulate


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]]
    print(tabulate([["sum", sum(numbers)], ["largest", max(numbers)]]))
