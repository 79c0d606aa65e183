"""What every stage uses and what has no business meaning."""
