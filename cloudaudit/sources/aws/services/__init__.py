"""The collectors, by service: each module exports `COLLECTORS`."""
