"""Names of build arguments that have another value in every build, and values that only hold their place.

Only names that say so beyond doubt: ``VERSION``, ``TAG`` or ``BRANCH`` may stay the same for a year.
"""

from __future__ import annotations

import re

CHANGING = re.compile(
    r"(?:IMAGE|APP|DOCKER)?_?BUILD_?(?:DATE|TIME|DATETIME|TIMESTAMP|EPOCH|CREATED|NUMBER|NUM|NO|ID|COUNTER|URL)"
    r"|(?:IMAGE_)?CREATED(?:_AT|_DATE)?|TIMESTAMP"
    r"|(?:GIT|VCS|SCM|COMMIT|GIT_COMMIT)_(?:DATE|TIME|TIMESTAMP)"
    r"|(?:(?:GIT|VCS|SCM|SOURCE|BUILD|APP|IMAGE|HEAD|CI|REPO)_)?COMMIT(?:_?(?:SHA1?|ID|HASH|REV|SHORT|LONG|SHORT_SHA))?"
    r"|(?:(?:GIT|VCS|SCM|SOURCE|BUILD|APP|IMAGE|SVN|HG)_)?REVISION|(?:GIT|VCS|SCM)_(?:SHA1?|HASH|REV|SHORT_SHA)|VCS_REF"
    r"|(?:DOCKER_)?GITCOMMIT|GIT_HEAD|SHA_HEAD(?:_SHORT)?"
    r"|CI_(?:COMMIT_(?:SHA|SHORT_SHA|TIMESTAMP|MESSAGE|TITLE)|(?:PIPELINE|JOB|BUILD)_(?:ID|IID|URL|NUMBER|CREATED_AT))"
    r"|GITHUB_(?:SHA|RUN_ID|RUN_NUMBER|RUN_ATTEMPT)|CIRCLE_(?:SHA1|BUILD_NUM|BUILD_URL|WORKFLOW_ID)"
    r"|(?:TRAVIS|BITBUCKET|DRONE|BUILDKITE|SEMAPHORE|APPVEYOR)_(?:COMMIT(?:_SHA)?|BUILD_(?:NUMBER|ID|URL)|JOB_ID)"
    r"|BUILD_(?:SOURCEVERSION|BUILDID|BUILDNUMBER)|CODEBUILD_(?:RESOLVED_SOURCE_VERSION|BUILD_ID|BUILD_NUMBER)"
    r"|(?:RENDER|RAILWAY|VERCEL)_GIT_COMMIT(?:_SHA)?|HEROKU_SLUG_COMMIT",
    re.IGNORECASE,
)
"""Dates, revisions and numbers of builds, also as the common CI services call them."""

MOMENT = re.compile(r".*(?:DATE|TIME|STAMP|CREATED|EPOCH).*", re.IGNORECASE)
"""Those of them that are a point in time."""

BUSTER = re.compile(
    r"(?:\w+_)?(?:CACHE_?_?BUST(?:ER|ING)?|BUST_?(?:THE_)?CACHE|CACHE_?BREAK(?:ER)?|BREAK_?CACHE|INVALIDATE_?CACHE"
    r"|CACHE_?INVALIDAT(?:E|OR|ION)|CACHE_?(?:DATE|EPOCH|TIMESTAMP|KILLER)|NO_?CACHE_?(?:DATE|FROM_HERE)|REFRESHED_?AT"
    r"|FORCE_?(?:REBUILD|REFRESH|UPDATE))(?:_\w+)?",
    re.IGNORECASE,
)
"""Arguments whose only purpose is to make the builder run what follows again."""

PLACEHOLDER = re.compile(
    r"|(?:unknown?|unset|undefined|none|null|nil|n/?a|dev(?:el(?:opment)?)?|local|latest|head|snapshot|default|test|tbd|todo"
    r"|(?:not|un)[ _-]?(?:set|specified|defined|available|versioned)|dirty|main|master|[-x.?0]+|-1|1970-01-01(?:T.*)?)",
    re.IGNORECASE,
)
"""Defaults that nobody means: the real value comes with ``--build-arg``."""

HARMLESS = re.compile(
    r"(?:\w+_)?(?:VERSION|RELEASE|TAG|BUILD|COMMIT|SHA|REVISION|REV|REF|HASH|DATE|TIME|NUMBER|ID)", re.IGNORECASE
)
"""Variables that describe a build, so that no package manager or tool of the system looks at them."""

TAKES_COMMITS = frozenset({"git", "curl", "wget", "svn", "hg", "aria2c"})
"""Programs that, given a revision, fetch that of another project, which then is a pin."""
