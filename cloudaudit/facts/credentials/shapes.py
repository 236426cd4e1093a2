"""Credentials that are known by their form, wherever they stand. Every pattern is bounded, so that long text stays
cheap."""

import functools
import re
from collections.abc import Iterator

from cloudaudit.facts.credentials.values import DOCUMENTED

_SHAPES: dict[str, str] = {
    "anthropic-key": r"sk-ant-[\w-]{20,120}",
    "aws-access-key": r"(?<![A-Za-z0-9/+])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9/+])",
    "azure-storage-key": r"AccountKey=[A-Za-z0-9+/]{60,100}={0,2}",
    "databricks-token": r"\bdapi[0-9a-f]{32}\b",
    "digitalocean-token": r"\bdo[op]_v1_[0-9a-f]{64}\b",
    "github-token": r"\bgh[pousr]_[A-Za-z0-9]{30,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}",
    "gitlab-token": r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{20,255}",
    "google-key": r"\bAIza[\w-]{35}(?![\w-])|\bGOCSPX-[\w-]{28}",
    "huggingface-token": r"\bhf_[A-Za-z]{34}\b",
    "json-web-token": r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,2000}",
    "mailgun-key": r"\bkey-[0-9a-f]{32}\b",
    "newrelic-key": r"\bNRAK-[A-Z0-9]{27}\b",
    "npm-token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "openai-key": r"\bsk-(?:proj-)?[A-Za-z0-9_-]{40,200}",
    "private-key": r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----",
    "pypi-token": r"\bpypi-[A-Za-z0-9_-]{50,255}",
    "sendgrid-key": r"\bSG\.[\w-]{16,32}\.[\w-]{30,64}",
    "shopify-token": r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",
    "slack-token": r"\bxox[abeoprs]-[\w-]{10,255}",
    "slack-webhook": r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,30}",
    "stripe-key": r"\b[rs]k_live_[0-9a-zA-Z]{16,255}",
    "terraform-token": r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}",
    "twilio-key": r"\bSK[0-9a-f]{32}\b",
    "vault-token": r"\bhv[sbr]\.[\w-]{24,255}",
    "url-credentials": r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s/:@'\"<>{}$]{0,100}:[^\s/@'\"<>{}$]{1,200}@[^\s/@'\"]{1,255}",
}

# One pass over the text tells whether a closer look is worth it.
_HINT = re.compile(
    r"AKIA|ASIA|AIza|AccountKey=|BEGIN |GOCSPX|NRAK-|SG\.|SK[0-9a-f]|atlasv1|dapi|do[op]_v1|eyJ|gh[pousr]_|github_pat_"
    r"|gl[a-z]{2,4}-|hf_|hooks\.slack|hv[sbr]\.|key-|npm_|pypi-|[rs]k_live_|shp[a-z]{2}_|sk-|xox|://"
)
_HARMLESS_URL = re.compile(
    r"://[^:]*:(?:\*+|x{3,}|\.{3}|\[?redacted\]?|%\w+%|password|pass|PASSWORD|PASS)@", re.IGNORECASE
)
_SHORTEST, _LONGEST = 12, 10_000_000

# Compiled when first needed: few scans meet a text that holds a hint.
_compiled = functools.cache(re.compile)


def shapes(text: str) -> Iterator[tuple[str, int, int]]:
    """Every credential in the text: its kind, where it starts, where it ends. Documented test values are none."""
    text = text[:_LONGEST]
    if len(text) < _SHORTEST or not _HINT.search(text):
        return
    for kind, pattern in _SHAPES.items():
        for match in _compiled(pattern).finditer(text):
            if not _is_harmless(kind, match.group()):
                yield kind, match.start(), match.end()


def _is_harmless(kind: str, found: str) -> bool:
    if kind == "url-credentials":
        return _HARMLESS_URL.search(found) is not None
    return found in DOCUMENTED or (kind == "aws-access-key" and found.endswith("EXAMPLE"))
