"""Live accounts: collectors say which calls tell what, and the rest of the package makes the calls."""
