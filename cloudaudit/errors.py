"""Everything that can stop a run.

    CloudauditError
    ├── SourceError      a target cannot be read
    ├── RuleError        a rule file is wrong, or a rule is defective
    ├── SettingsError    cloudaudit.toml or an option is wrong
    ├── StoreError       the store cannot be opened or written
    ├── ToolError        another scanner is not there, or cannot be installed
    └── RemoteError      a service refused, or cannot be reached
        ├── TrackerError     so of an issue tracker, or something it needs is not said
        └── ForgeError       so of GitHub's and GitLab's changes, or something they need is not said

A message says what, where, and what to do next. The command line prints it and exits with code 2.
What does not stop a run is no exception but a `cloudaudit.model.Gap` in the result.
"""


class CloudauditError(Exception):
    """Base of all errors that a user can mend; never raised itself."""


class SourceError(CloudauditError):
    """A target cannot be read: missing, binary, truncated, of an unknown kind."""


class RuleError(CloudauditError):
    """A rule file is wrong, or an expression of a rule is defective. The message may hold many lines, one per error."""


class SettingsError(CloudauditError):
    """A setting or a command-line option is wrong."""


class StoreError(CloudauditError):
    """The store cannot be opened, migrated or written."""


class RemoteError(CloudauditError):
    """A service over HTTP refused, or cannot be reached."""


class TrackerError(RemoteError):
    """An issue tracker refused, or the environment does not say how to reach it."""


class ForgeError(RemoteError):
    """GitHub or GitLab refused a comment, or the environment does not say where to write."""


class ToolError(CloudauditError):
    """Another scanner is not there, or cannot be installed."""
