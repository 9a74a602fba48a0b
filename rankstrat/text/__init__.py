"""Words that are read and printed: the whitelist parser, tables and their cells."""
