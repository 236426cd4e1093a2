"""The functions of Terraform, by name.

`try`, `can`, `templatefile` and `templatestring` are no functions but forms of the language,
and belong to the evaluator.
"""

from cloudaudit.sources.hcl.functions import (
    collections,
    conversion,
    dates,
    encoding,
    files,
    formatting,
    hashing,
    network,
    numbers,
    regexes,
    sequences,
    strings,
)
from cloudaudit.sources.hcl.functions.signature import Function

FUNCTIONS: dict[str, Function] = {
    **numbers.FUNCTIONS,
    **strings.FUNCTIONS,
    **formatting.FUNCTIONS,
    **regexes.FUNCTIONS,
    **collections.FUNCTIONS,
    **sequences.FUNCTIONS,
    **encoding.FUNCTIONS,
    **hashing.FUNCTIONS,
    **files.FUNCTIONS,
    **network.FUNCTIONS,
    **dates.FUNCTIONS,
    **conversion.FUNCTIONS,
}

__all__ = ["FUNCTIONS", "Function"]
