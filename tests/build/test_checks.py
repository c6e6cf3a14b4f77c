"""Which commands only check a project."""

from __future__ import annotations

import pytest

from layerwise.build import build
from layerwise.build.checks import checking
from layerwise.syntax import parse

CHECKS = """
npm test
npm t
npm run test:unit
npm --prefix web run lint
yarn test --ci
yarn lint
pnpm -C web test
npx eslint .
npx tsc --noEmit
npx playwright test
pytest -x -q
python3.11 -m pytest tests
python -m unittest discover
python manage.py test
python -m coverage run -m pytest
coverage run -m pytest && coverage report
uv run --frozen pytest -q
poetry run pytest
go test ./...
go vet ./...
golangci-lint run
cargo test --release
cargo fmt --check
./mvnw -B clean test
./gradlew test --no-daemon
dotnet test src/x.sln -c Release
make -C src check
make -j8 check PGUSER=x
ruff check . && black --check .
vendor/bin/phpunit
php artisan test
composer run test
bundle exec rspec
ctest --output-on-failure
cd web && npm test
npm test || true
"""
OTHERS = """
npm ci
npm run build
npm run lint:fix
npm run test:build
yarn install
npx eslint --fix .
npx tsc
python -m pytest --version
python manage.py collectstatic
pytest --junitxml=/reports/tests.xml
flake8 > /reports/flake8.txt
go test -c ./...
go build ./...
cargo test --no-run
cargo fmt
mvn -B verify
mvn test -DskipTests
gradle build -x test
gradle clean test jar
make test build
make
ruff check --fix .
black .
rubocop -a
node test.js
if [ "$TESTS" ]; then npm test; fi
echo pytest
"""


def _found(command: str) -> int:
    text = f'FROM example.com/base:1\nWORKDIR /app\nCOPY . .\nRUN {command}\nCMD ["serve", "--all"]\n'
    final = build(parse(text)).final
    assert final is not None
    return len(list(checking(final)))


@pytest.mark.parametrize("command", CHECKS.strip().splitlines())
def test_checks(command: str) -> None:
    assert _found(command) == 1


@pytest.mark.parametrize("command", OTHERS.strip().splitlines())
def test_others(command: str) -> None:
    assert _found(command) == 0
