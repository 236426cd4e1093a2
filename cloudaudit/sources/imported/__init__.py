"""Results of other tools: one module per format, all yielding `Foreign`s."""
