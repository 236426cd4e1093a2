"""Names that speak of a secret: DB_PASSWORD does, PASSWORD_LENGTH and SECRET_ARN do not."""

import functools
import re

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONGEST = 200  # of a name; what is longer is no name

# A name that ends so is about a secret and does not hold one.
_ABOUT = {
    "action", "actions", "age", "algorithm", "algorithms", "arn", "arns", "attempts", "attribute", "audience",
    "bucket", "cache", "char", "characters", "chars", "check", "claim", "complexity", "config", "count", "date",
    "days", "description", "disabled", "duration", "enabled", "encryption", "endpoint", "engine", "exists",
    "expiration", "expired", "expires", "expiry", "expression", "field", "file", "filename", "folder", "format",
    "from", "generation", "generator", "group", "groups", "header", "hint", "host", "hours", "id", "identifier",
    "ids", "immediately", "interval", "issuer", "label", "length", "level", "lifetime", "limit", "location",
    "manager", "managers", "max", "message", "method", "min", "minutes", "mode", "mount", "name", "names",
    "namespace", "notification", "notifications", "param", "parameter", "path", "paths", "pattern", "permission",
    "permissions", "policy", "prefix", "prevention", "protected", "protection", "provider", "recovery", "ref",
    "reference", "region", "required", "requires", "reset", "role", "rotation", "rules", "scope", "scopes",
    "seconds", "setting", "settings", "size", "source", "spec", "statement", "status", "store", "strategy",
    "suffix", "table", "template", "timeout", "tool", "ttl", "type", "types", "unit", "units", "update", "uri",
    "url", "urls", "usage", "use", "used", "user", "username", "validation", "validity", "version", "versions",
    "window",
}  # fmt: skip

# A name that starts so says what is done with a secret.
_DOING = {
    "allow", "create", "disable", "enable", "expire", "generate", "has", "is", "manage", "public", "require",
    "rotate", "use",
}  # fmt: skip
_ELSEWISE = {"encrypted", "generate", "hashed", "policy"}  # what is called so is no secret, or none to be used

# A key is a secret only if the word before says so; the others open no door.
_KEYS = {
    "access", "account", "admin", "api", "app", "application", "auth", "authorization", "cipher", "client",
    "consumer", "cookie", "crypt", "crypto", "deploy", "encryption", "function", "hmac", "host", "integration", "jwt",
    "license", "licence", "master", "private", "root", "secret", "security", "server", "service", "session", "shared",
    "signing", "ssh", "storage", "subscription", "token", "webhook", "write",
}  # fmt: skip
_SECRETS = {
    "secret",
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "credential",
    "credentials",
    "creds",
    "apikey",
    "pwd",
}
_AT_THE_END = {"pass", "pw", "psk", "bearer"}
_COUNTED = {"continuation", "creation", "idempotency", "next", "page", "pagination", "request"}  # no secrets
_JOINED = re.compile(
    r"(?:password|passwd|passphrase|apikey|secretkey|privatekey|authtoken|accesstoken|clientsecret|presharedkey)s?$"
)
_WEAK = {"pwd", "oldpwd"}  # alone it is the working directory


@functools.lru_cache(maxsize=8192)
def speaks_of_secret(name: str) -> str:
    """What a value of that name would be: "password", "token", "key", "secret"; empty if the name does not say so."""
    if len(name) > _LONGEST or name.lower() in _WEAK:
        return ""
    words = [word.lower() for word in _WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _ABOUT or words[0] in _DOING or not _ELSEWISE.isdisjoint(words):
        return ""
    if "ssm" in words and "parameter" not in words:
        return ""  # the name of a parameter: ssm_github_api_key
    return _kind(words)


_PUBLIC = {
    "account", "arn", "database", "dbname", "domain", "email", "endpoint", "engine", "environment", "host", "hostname",
    "id", "ids", "login", "mail", "name", "names", "port", "region", "stage", "tags", "user", "username", "users",
}  # fmt: skip


def is_public(name: str) -> bool:
    """Whether what is called so opens nothing by itself, even where somebody marked it as sensitive: db_username."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(words) and words[-1] in _PUBLIC


def _kind(words: list[str]) -> str:
    last = words[-1]
    if last in _AT_THE_END or any(word in _SECRETS for word in words) or _JOINED.search("".join(words)):
        return _named(words)
    if last == "token" and words[-2:-1] and words[-2] in _COUNTED:
        return ""
    if last == "token" or words[-2:] == ["token", "value"]:
        return "token"
    if last == "key" and len(words) > 1 and words[-2] in _KEYS:
        return "key"
    if last in ("string", "text", "value", "data", "plaintext", "default", "wo") and len(words) > 1:
        return _kind(words[:-1])
    return ""


def _named(words: list[str]) -> str:
    joined = "".join(words)
    if "pass" in joined or "pwd" in joined or words[-1] == "pw":
        return "password"
    return "key" if joined.endswith("key") else "token" if joined.endswith("token") else "secret"
