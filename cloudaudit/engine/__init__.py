"""Rules: how they are read, what they see, and how they judge."""
