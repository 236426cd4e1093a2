"""Values under a name that speaks of a secret: is it one, or a placeholder, a reference, or something else?"""

import functools
import re

_PLACEHOLDER = (
    r"x{3,}|\*+|\.{3,}|-+|_+|#+|\?+|0+|<.*>|\[.*\]|\{\{.*\}\}|#\{.*\}#?|\$\{.*\}|\$\(.*\)|\$\$?[\w-]+|%\w+%|@@?\w+@?@?|__\w+__"
    r"|re-?place[-_ ]?(?:me|this|with\b.*)?|to-?do|tbd|fix-?me|place-?holder(?:[-_ ].*)?|dummy(?:[-_ ].*)?"
    r"|none|null|nil|n/?a|nan|undefined|empty|unset|not[-_ ]?set|unused"
    r"|redacted|masked|hidden|ignored?|overridden|known after apply|sensitive|\(.*\)"
    r"|(?:your|insert|enter|put|managed|injected|populated|provided?|fetched|stored)[-_ ].*"
    r"|(?:set|see|comes|read|taken)[-_ ](?:by|in|from|via|at|me|manually|later|outside)\b.*"
    r"|true|false|yes|no|on|off|enabled|disabled|required|optional|auto|default"
    r"|seconds?|minutes?|hours?|days?|read|write|none|list|all"
)

_REFERENCE = (
    r"arn:[\w-]+:.*|\{?resolve:.*|ssm:.*|ssm[-_]parameter:.*|secretsmanager:.*|vault:.*|op://.*|sops:.*|kms:.*"
    r"|alias/.*|env:.*|aws/.*|file://.*|projects/[^/]+/secrets/.*|secret://.*|(?:aws[-_])?secrets?[-_]?manager[:/].*"
    r"|ref\+.*|fileb?\(.*|data\..*|var\..*|local\..*|module\..*"
)

_OTHER = (
    r"-----BEGIN (?:PUBLIC KEY|CERTIFICATE|RSA PUBLIC KEY|SSH2 PUBLIC KEY|PGP PUBLIC KEY).*|(?:ssh|ecdsa)-[\w-]+ AAAA.*"
    r"|\$(?:2[abxy]|1|5|6|argon2\w*|pbkdf2\S*)\$.*|\{(?:SSHA|SHA|PBKDF2|CRYPT)\w*\}.*"
    r"|(?:sha\d{1,3}|md5|scram-sha-256)[:$].*|https?://[^\s:@]+|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|AES\d*|aws:kms|SECRETS_MANAGER|PARAMETER_STORE|PLAINTEXT|SecureString"
)

# The test values of AWS's own documentation.
DOCUMENTED = {
    "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    # ... and of Stripe's.
    "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc", "sk_test_" + "BQokikJOvBiI2HlWgH4olfQ2",
}  # fmt: skip

_PATH = r"(?:~|\.{1,2})?/?[\w@{}$.+-]+(?:[/\\][\w@{}$.+*-]+)+/?|/[\w.-]+"
_FILE = r"[\w./-]+\.(?:pem|key|crt|cer|json|ya?ml|txt|env|p12|pfx|jks|ppk|pub|zip|conf|ini|cfg|toml|properties)"
_NAME = re.compile(r"[a-z]+(?:[_-][a-z]+)*[_-]token")  # of a token, as a store knows it: "spotinst_token"
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_LARGEST = 100_000
_SHORTEST = 6  # of tokens and keys; passwords are as short as people make them
_KEY_LENGTH = 24  # longer than the paths that mix cases and digits by chance


@functools.cache
def _harmless() -> tuple[re.Pattern[str], ...]:
    """What no secret looks like. Compiled when first needed: most scans meet no text under such a name."""
    return (
        re.compile(_PLACEHOLDER, re.IGNORECASE | re.DOTALL),
        re.compile(_REFERENCE, re.IGNORECASE | re.DOTALL),
        re.compile(_OTHER, re.DOTALL),
        re.compile(_FILE, re.IGNORECASE),
    )


def is_secret(value: str, kind: str) -> bool:
    """Whether text under a name of that `kind` is a secret written out.

    A default such as "changeme" is: it works until someone changes it. References, placeholders, paths, public keys,
    hashes and documented test values are not; numbers are only as passwords.
    """
    text = value.strip()
    if not text or len(text) > _LARGEST or text in DOCUMENTED or (kind != "password" and "EXAMPLE" in text):
        return False
    if (kind != "password" and len(text) < _SHORTEST) or (kind == "token" and _NAME.fullmatch(text)):
        return False
    if _NUMBER.fullmatch(text):
        return kind == "password" and len(text) > 3
    if any(pattern.fullmatch(text) for pattern in _harmless()):
        return False
    return not _is_path(text) and not _is_interpolated(text)


def _is_path(text: str) -> bool:
    """Whether it names a place ("prod/db", also with the field: "prod/db:password"), not a key that holds slashes."""
    text = re.sub(r"(?<=[\w-]):[\w-]+(?::[\w-]*){0,2}$", "", text) if "://" not in text else text
    if "/" not in text or not re.fullmatch(_PATH, text):
        return False
    return not any(map(_is_random, [*re.split(r"[/\\]", text), text if len(text) >= _KEY_LENGTH else ""]))


def _is_random(part: str) -> bool:
    """Whether a part mixes cases and digits as generated keys do and words do not."""
    return len(part) > 6 and all(re.search(kind, part) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


def _is_interpolated(text: str) -> bool:
    """Whether all of it but separators comes from elsewhere when it is used."""
    return not re.sub(r"\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|[\s:/.,_-]", "", text)
