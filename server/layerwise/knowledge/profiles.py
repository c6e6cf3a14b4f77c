"""What other tools report by default, under their own ids. Knows ids and severities, not who implements them.

Severities are those of Layerwise: error, warning, information, hint. Sources: the rule table of hadolint 2.15 (its
"style" is a hint here, what it ignores by default is left out) and the checks of BuildKit's Dockerfile frontend, all of
which are warnings there.
"""

from __future__ import annotations

from collections.abc import Mapping

_HADOLINT = {
    "error": "DL1000 DL3000 DL3004 DL3011 DL3012 DL3020 DL3021 DL3023 DL3024 DL3026 DL3043 DL3044 DL3061 DL4000 DL4004",
    "warning": (
        "DL3002 DL3003 DL3006 DL3007 DL3008 DL3013 DL3014 DL3016 DL3018 DL3022 DL3025 DL3027 DL3028 DL3029 DL3030 "
        "DL3032 DL3033 DL3034 DL3035 DL3036 DL3037 DL3038 DL3040 DL3041 DL3042 DL3045 DL3046 DL3051 DL3052 DL3053 "
        "DL3054 DL3055 DL3056 DL3058 DL3062 DL3063 DL3064 DL3065 DL3067 DL4001 DL4003 DL4005 DL4006"
    ),
    "information": "DL3001 DL3009 DL3010 DL3015 DL3019 DL3047 DL3049 DL3050 DL3059 DL3060 DL3066",
    "hint": "DL3048",
}

HADOLINT: Mapping[str, str] = {code: level for level, codes in _HADOLINT.items() for code in codes.split()} | {
    "SC*": "warning",
}

BUILDKIT_CHECKS: frozenset[str] = frozenset(
    {
        "ConsistentInstructionCasing",
        "CopyIgnoredFile",
        "DuplicateStageName",
        "ExposeInvalidFormat",
        "ExposeProtoCasing",
        "FromAsCasing",
        "FromPlatformFlagConstDisallowed",
        "InvalidBaseImagePlatform",
        "InvalidDefaultArgInFrom",
        "InvalidDefinitionDescription",
        "JSONArgsRecommended",
        "LegacyKeyValueFormat",
        "MaintainerDeprecated",
        "MultipleInstructionsDisallowed",
        "NoEmptyContinuation",
        "RedundantTargetPlatform",
        "ReservedStageName",
        "SecretsUsedInArgOrEnv",
        "StageNameCasing",
        "UndefinedArgInFrom",
        "UndefinedVar",
        "WorkdirRelativePath",
    }
)
"""The names that ``# check=skip=`` takes."""

BUILDKIT: Mapping[str, str] = {
    **{check: "warning" for check in BUILDKIT_CHECKS if check != "InvalidDefinitionDescription"},
    "build/syntax": "error",
}

FOREIGN_IDS = r"(?:DL|SC)\d{4}|DS-?\d{4}|CIS-DI-\d{4}|DKL-(?:DI|LI)-\d{4}"
"""The shapes of ids that only other tools may know (hadolint, ShellCheck, Trivy, Dockle)."""
