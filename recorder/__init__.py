"""What happened becomes evidence that stands alone. Knows no HTTP and no database."""
