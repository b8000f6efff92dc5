"""What is kept: tables, the database and every query; nothing above it is known here."""
