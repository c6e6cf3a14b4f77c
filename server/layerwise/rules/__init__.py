"""The rules, one file each: ``<family>/<rule_name>.py``. The engine finds them by walking this package.

What a rule may look at is said in ``lint.rule``; how one is added, in ``docs/contributing.md``.
"""
