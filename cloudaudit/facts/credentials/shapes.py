"""Credentials that are known by their form, wherever they stand. Every pattern is bounded, so that long text stays
cheap."""

import functools
import re
from collections.abc import Iterator

from cloudaudit.facts.credentials.values import DOCUMENTED, is_secret

_SHAPES: dict[str, str] = {
    "age-key": r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b",
    "anthropic-key": r"sk-ant-[\w-]{20,120}",
    "atlassian-token": r"\bATATT3xFfGF0[\w=-]{60,300}",
    "aws-access-key": r"(?<![A-Za-z0-9/+])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9/+])",
    "azure-storage-key": r"AccountKey=[A-Za-z0-9+/]{60,100}={0,2}",
    "connection-string": (
        r"(?:jdbc:[a-z0-9:]{2,40}//|\b(?:[Ss]erver|[Hh]ost|HOST|SERVER|[Dd]ata [Ss]ource|[Aa]ddress)=)[^\n\"']{1,300}?"
        r"[;?& ](?:[Pp]assword|PASSWORD|[Pp]wd|PWD)=([^;&\s\"'<>{}$%*]{3,200})"
    ),
    "databricks-token": r"\bdapi[0-9a-f]{32}\b",
    "digitalocean-token": r"\bdo[op]_v1_[0-9a-f]{64}\b",
    "discord-webhook": r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}",
    "docker-token": r"\bdckr_pat_[\w-]{20,60}",
    "doppler-token": r"\bdp\.(?:pt|st|sa|ct)\.[\w.-]{40,80}",
    "github-token": r"\bgh[pousr]_[A-Za-z0-9]{30,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}",
    "gitlab-token": r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{20,255}",
    "google-key": r"\bAIza[\w-]{35}(?![\w-])|\bGOCSPX-[\w-]{28}",
    "grafana-token": r"\bgl(?:sa|c)_[A-Za-z0-9+/=_]{32,255}",
    "huggingface-token": r"\bhf_[A-Za-z]{34}\b",
    "json-web-token": r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,2000}",
    "linear-key": r"\blin_api_[A-Za-z0-9]{32,60}",
    "mailgun-key": r"\bkey-[0-9a-f]{32}\b",
    "newrelic-key": r"\bNRAK-[A-Z0-9]{27}\b",
    "npm-token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "openai-key": r"\bsk-(?:proj-)?[A-Za-z0-9_-]{40,200}",
    "planetscale-token": r"\bpscale_(?:tkn|pw|oauth)_[\w.-]{30,80}",
    "postman-key": r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b",
    "private-key": r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----",
    "pypi-token": r"\bpypi-[A-Za-z0-9_-]{50,255}",
    "sendgrid-key": r"\bSG\.[\w-]{16,32}\.[\w-]{30,64}",
    "sentry-token": r"\bsntry[su]_[\w+/=.-]{40,300}",
    "shopify-token": r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",
    "slack-token": r"\bxox[abeoprs]-[\w-]{10,255}",
    "slack-webhook": r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,30}",
    "stripe-key": r"\b[rs]k_(?:live|test)_[0-9a-zA-Z]{16,255}",
    "telegram-token": r"(?<![\d/])\d{8,10}:AA[\w-]{33}(?![\w-])",
    "terraform-token": r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}",
    "twilio-key": r"\bSK[0-9a-f]{32}\b",
    "vault-token": r"\bhv[sbr]\.[\w-]{24,255}",
    "url-credentials": r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s/:@'\"<>{}$]{0,100}:[^\s/@'\"<>{}$]{1,200}@[^\s/@'\"]{1,255}",
}

# One pass over the text tells whether a closer look is worth it. Every branch starts with a letter and not with a
# choice of letters: so the library skips what starts none of them.
_HINT = re.compile(
    r"AGE-SECRET|AKIA|ASIA|ATATT3|AIza|AccountKey=|BEGIN |GOCSPX|NRAK-|PMAK-|SG\.|SK[0-9a-f]{8}|api/webhooks/|atlasv1"
    r"|dapi[0-9a-f]|dckr_|do[op]_v1|dp\.|eyJ|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-|gl(?:sa|c)_|hf_"
    r"|hooks\.slack|hv[sbr]\.|key-[0-9a-f]{8}|k_live_|k_test_|lin_api|npm_|pscale_|pypi-|shp[a-z]{2}_|sk-|sntry|xox|:AA"
    r"|://[^\s/@]{1,400}@|assword=|ASSWORD=|wd=|WD="
)
_HARMLESS_URL = re.compile(
    r"://[^:]*:(?:\*+|x{3,}|\.{3}|\[?redacted\]?|%\w+%|password|pass|PASSWORD|PASS)@", re.IGNORECASE
)
_SHORTEST, _LONGEST = 12, 10_000_000

# Compiled when first needed: few scans meet a text that holds a hint.
_compiled = functools.cache(re.compile)


def may_hold(text: str) -> bool:
    """Whether a closer look at the text is worth it."""
    return _HINT.search(text) is not None


def shapes(text: str) -> Iterator[tuple[str, int, int]]:
    """Every credential in the text: its kind, where it starts, where it ends. Documented test values are none."""
    text = text[:_LONGEST]
    if len(text) < _SHORTEST or not _HINT.search(text):
        return
    for kind, pattern in _SHAPES.items():
        for match in _compiled(pattern).finditer(text):
            if kind == "connection-string":
                if is_secret(match.group(1), "password"):
                    yield kind, match.start(1), match.end(1)
            elif not _is_harmless(kind, match.group()):
                yield kind, match.start(), match.end()


def _is_harmless(kind: str, found: str) -> bool:
    if kind == "url-credentials":
        return _HARMLESS_URL.search(found) is not None
    return found in DOCUMENTED or (kind == "aws-access-key" and found.endswith("EXAMPLE"))
